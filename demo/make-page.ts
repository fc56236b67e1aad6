import { isStorageClass } from '../shared/domain/storage-class.ts'
import { UNKNOWN_DATASET } from '../shared/ports/quarantine.ts'
import type { BroughtBack } from './bring-back.ts'
import { sourceDigest } from './compare.ts'
import { findProblems } from './find-problems.ts'
import { countDeadLetters, listSegments, readLedger, sumByClass } from './inspect.ts'
import { invoiceForOneObjectPerRecord, type RestoredRecords } from './one-object-per-record.ts'
import type { Page, PageClass } from './page.ts'
import type { Session } from './session.ts'
import type { Source } from './source/source.ts'
import { DATASETS, START } from './time-lapse.ts'

/** Since when the segments of a dataset are in their class, virtual ms. */
export type CoolingTimes = { readonly sealedAt: number; readonly cooledAt: number }

const alternative = (
  classes: readonly PageClass[],
  broughtBack: readonly BroughtBack[],
  { sealedAt, cooledAt }: CoolingTimes,
  now: number,
) => {
  const stored = classes.map(({ storageClass, records, bodyBytes }) => {
    if (!isStorageClass(storageClass)) throw new Error(`unknown storage class ${storageClass}`)
    // what was old when it came is moved by the first lifecycle run; the rest when its age calls for it
    const movedAt = storageClass === 'DEEP_ARCHIVE' ? sealedAt : cooledAt
    return {
      count: records,
      bytes: bodyBytes,
      storageClass,
      inStandard: movedAt - START,
      inClass: now - movedAt,
    }
  })
  const restored = broughtBack.map(({ page, difference }): RestoredRecords => {
    if (!isStorageClass(page.storageClass)) throw new Error(`unknown storage class ${page.storageClass}`)
    const tier = page.tier === 'Standard' || page.tier === 'Bulk' ? page.tier : null
    return { count: difference.records, bytes: difference.bytes, storageClass: page.storageClass, tier }
  })
  return invoiceForOneObjectPerRecord(stored, restored)
}

const sum = (
  broughtBack: readonly BroughtBack[],
  name: 'records' | 'bytes' | 'different' | 'missing' | 'unexpected',
) => broughtBack.reduce((total, { difference }) => total + difference[name], 0)

/** Gathers all that the run has to show for itself, from the API, the bill and the source. */
export const makePage = async (
  session: Session,
  source: Source,
  broughtBack: readonly BroughtBack[],
  cooling: CoolingTimes,
  startedAt: number,
): Promise<Page> => {
  const { cloud, host } = session
  const now = cloud.clock.now()
  const ledgers = await Promise.all(DATASETS.map((dataset) => readLedger(session, dataset)))
  const unknown = await readLedger(session, UNKNOWN_DATASET)
  const classes = (
    await Promise.all(
      DATASETS.map(async (dataset) => sumByClass(dataset, await listSegments(session, dataset))),
    )
  ).flat()
  const archive = ledgers.map(({ dataset, archived }) => {
    const digest = sourceDigest(source.records, dataset)
    return { dataset, source: digest, archived: archived.digest, equal: digest === archived.digest }
  })
  const comparison = {
    records: sum(broughtBack, 'records'),
    bytes: sum(broughtBack, 'bytes'),
    different: sum(broughtBack, 'different'),
    missing: sum(broughtBack, 'missing'),
    unexpected: sum(broughtBack, 'unexpected'),
    archive,
  }
  const icecore = cloud.invoice()
  const s3 = icecore.lines.reduce(
    (total, { line, dollars }) => total + (line.startsWith('s3.') ? dollars : 0),
    0,
  )
  const oneObjectPerRecord = alternative(classes, broughtBack, cooling, now)
  const shown = {
    ledgers: [...ledgers, unknown],
    rehydrations: broughtBack.map(({ page }) => page),
    comparison,
  }
  const deadLetters = new Map([...host.deadLetters(), ...(await countDeadLetters(session))])
  const problems = findProblems(shown, { malformed: source.malformed, deadLetters })
  return {
    ok: problems.length === 0,
    problems,
    virtualTime: { from: new Date(START).toISOString(), to: new Date(now).toISOString() },
    seconds: (performance.now() - startedAt) / 1000,
    ...shown,
    classes,
    invoice: {
      icecore,
      s3,
      other: icecore.total - s3,
      oneObjectPerRecord,
      ratio: oneObjectPerRecord.total / s3,
    },
  }
}
