import { memorySource } from '../../shared/codec/byte-source.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { unpackPart } from '../../shared/codec/unpack-part.ts'
import { billThaws } from '../../shared/domain/bill-thaws.ts'
import { billWork } from '../../shared/domain/bill-work.ts'
import type { Moments } from '../../shared/domain/copy-life.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { NO_GUARDS } from '../../shared/domain/guards.ts'
import { dollarsFor } from '../../shared/domain/prices.ts'
import { momentsOfQuote, type Quote, type TierQuote } from '../../shared/domain/quote.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import {
  type Compression,
  DEFAULT_KEEP_DAYS,
  type Selection,
  withTier,
} from '../../shared/domain/rehydration.ts'
import { ARCHIVE_CLASSES, type ClassTiers } from '../../shared/domain/storage-class.ts'
import type { WorkPlan } from '../../shared/domain/work-plan.ts'
import { quote } from '../../shared/use-cases/quote.ts'
import { requestRehydration } from '../../shared/use-cases/request-rehydration.ts'
import { surveySelection } from '../../shared/use-cases/survey-selection.ts'
import { accountId } from '../../simulator/account.ts'
import { makeDraw } from '../simulation/draw.ts'
import { collect } from '../support/archive-facts.ts'
import { wants } from '../support/brute-force-filter.ts'
import { anArchive, COLUMNS, DATASET } from './an-archive.ts'
import { aBilledWorld, type BilledWorld } from './billed-world.ts'
import { drawForm, drawSelection, pick } from './draw-request.ts'

const DAYS = 24
const CALLER = `arn:aws:sts::${accountId}:assumed-role/icecore-rehydrator/somebody`

/** One rehydration on a quote: what was quoted, and what was billed. US dollars, functions aside. */
export type Billed = {
  readonly kind: 'firm' | 'filtered' | 'limited'
  readonly tier: string
  readonly quoted: number
  /** With the shortest lives of restored copies. */
  readonly atLeast: number
  readonly real: number
  /** How many were delivered, and how many the quote told of. */
  readonly records: number
  readonly told: Quote['records']
  /** What was metered, by lines of the price table, and what was expected of each at most. */
  readonly lines: ReadonlyMap<string, number>
  readonly expected: ReadonlyMap<string, number>
  readonly selection: Selection
}

/** What is rent of the archive and of what was delivered, or not metered where functions run on this machine. */
const isOfRehydration = (line: string): boolean =>
  line === 's3.storage.restored-copy' ||
  !/^(s3\.storage|s3\.early-deletion|s3\.transition|lambda)\./.test(line)

const isSelected = (selection: Selection, record: ArchiveRecord): boolean => {
  const { where } = selection
  const isNamed =
    selection.kind === 'range'
      ? selection.from <= record.time && record.time < selection.to
      : selection.ids.some(({ id, time }) => id === record.id && (time === null || time === record.time))
  return isNamed && (where === null || wants(where, record, COLUMNS))
}

/** Line by line what the quote is the sum of, to tell where it is wrong. */
const expectedLines = (work: WorkPlan, tiers: ClassTiers, asked: Moments): ReadonlyMap<string, number> => {
  const thaws = ARCHIVE_CLASSES.flatMap((from) => billThaws(work, from, tiers[from], asked).lines)
  const lines = new Map<string, number>()
  for (const [line, quantity] of [...billWork(work), ...thaws])
    lines.set(line, (lines.get(line) ?? 0) + quantity)
  return lines
}

/** In the order in which they are delivered. */
const owedOf = (selection: Selection, records: readonly ArchiveRecord[]): readonly string[] => {
  const dayOf = ({ time }: ArchiveRecord) => Math.floor(time / DAY)
  const place = (a: ArchiveRecord, b: ArchiveRecord) =>
    dayOf(a) - dayOf(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : a.time - b.time)
  return records
    .filter((record) => isSelected(selection, record))
    .toSorted(place)
    .slice(0, selection.limit ?? Number.POSITIVE_INFINITY)
    .map(({ body }) => body)
}

/** More than any file has that is delivered here, in bytes. */
const MOST = 2 ** 28

const bodiesIn = async (
  key: string,
  packed: Buffer,
  compression: Compression,
): Promise<readonly string[]> => {
  if (key.endsWith('.parquet')) {
    const batches = await collect((await openSegment(memorySource(packed))).rows())
    return batches.flat().map(({ body }) => body)
  }
  const text = unpackPart(packed, compression, MOST)
  if (text === undefined) throw new Error(`${key} holds more than ${MOST} bytes`)
  return text.toString('utf8').split('\n').slice(0, -1)
}

const deliveredBy = async (world: BilledWorld, id: string): Promise<readonly string[]> => {
  const { state, request } = (await world.ports.rehydrations.find(id)) ?? {}
  if (state?.name !== 'completed' || request === undefined)
    throw new Error(`rehydration ${id} is ${JSON.stringify(state)}`)
  const { files } = JSON.parse(world.read(state.summary.manifest).toString('utf8'))
  const bodies: (readonly string[])[] = []
  for (const { key } of files) bodies.push(await bodiesIn(key, world.read(key), request.compression))
  return bodies.flat()
}

const kindOf = ({ where, limit }: Selection): Billed['kind'] =>
  limit !== null ? 'limited' : where !== null ? 'filtered' : 'firm'

const withoutFunctions = ({ dollars, atLeast }: TierQuote) => ({
  quoted: dollars.total - dollars.compute,
  atLeast: atLeast - dollars.compute,
})

/** Asks for quotes at random, accepts each some time later, and compares the bill of what follows, and what was delivered. */
export async function* runQuotes({ seed, times }: { readonly seed: number; readonly times: number }) {
  const draw = makeDraw(seed)
  const config = {
    datasets: new Map([[DATASET.name, DATASET]]),
    destinations: new Map([['analysts', { name: 'analysts', prefix: 'analysts/' }]]),
    batchThawsAbove: null,
  }
  const world = await aBilledWorld(config, seed)
  try {
    const records = await anArchive(world, DAYS)
    const request = requestRehydration(world.ports)
    for (let at = 0; at < times; at += 1) {
      await world.pass(draw.below(DAY))
      const selection = drawSelection(draw, records, DAYS)
      const wanted = { dataset: DATASET.name, selection, ...drawForm(draw) }
      const quoted = await quote(world.ports)(wanted)
      if (quoted.kind !== 'quoted') throw new Error(quoted.kind)
      const tier = pick(draw, quoted.quote.tiers)
      const asked = momentsOfQuote(world.now(), quoted.expiresAt, NO_GUARDS)
      const survey = await surveySelection(world.ports)(wanted)
      if (survey.kind !== 'surveyed') throw new Error(survey.kind)
      const expected = expectedLines(survey.work, withTier(tier.tier).tiers, asked)
      await world.pass(draw.below(0.99 * HOUR))
      const billed = world.meter()
      const requested = await request(
        { ...wanted, destination: 'analysts', ...withTier(tier.tier), quoteId: quoted.id },
        { caller: CALLER, idempotencyKey: null },
      )
      if (requested.kind !== 'accepted') throw new Error(requested.kind)
      await world.pass(((wanted.keepDays ?? DEFAULT_KEEP_DAYS) + 4) * DAY)
      const lines = new Map([...billed()].filter(([line]) => isOfRehydration(line)))
      const delivered = await deliveredBy(world, requested.rehydration.id)
      const owed = owedOf(selection, records)
      if (delivered.join('\n') !== owed.join('\n'))
        throw new Error(
          `${owed.length} records are owed and ${delivered.length} came: ${JSON.stringify(wanted)}`,
        )
      const real = [...lines].reduce((sum, [line, quantity]) => sum + dollarsFor(line, quantity), 0)
      yield {
        kind: kindOf(selection),
        tier: tier.tier,
        ...withoutFunctions(tier),
        real,
        records: delivered.length,
        told: quoted.quote.records,
        lines,
        expected,
        selection,
      } satisfies Billed
    }
  } finally {
    await world.close()
  }
}
