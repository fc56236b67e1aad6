import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { digestText } from '../../shared/codec/digest.ts'
import { addDigests, emptyDigest } from '../../shared/domain/digest.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { quarantineKey } from '../../shared/domain/keys.ts'
import type { QuarantinedItem, QuarantinedUnit, QuarantineUnit } from '../../shared/ports/quarantine.ts'
import { collect } from '../support/archive-facts.ts'
import { ARCHIVE_BACKENDS, type ArchiveBackend } from './archive-backend.ts'

const anItem = (text: string, parts: Partial<QuarantinedItem> = {}): QuarantinedItem => ({
  dataset: 'orders',
  reason: 'malformed-json',
  detail: 'body: expected a JSON document',
  text,
  encoding: 'utf8',
  header: null,
  source: 'message m-1',
  ...parts,
})

describe.each(ARCHIVE_BACKENDS)('quarantine %s', (_, open) => {
  let backend: ArchiveBackend
  beforeAll(async () => {
    backend = await open()
  })
  afterAll(() => backend.close())

  let datasets = 0
  const aUnit = (texts: readonly string[], parts: Partial<QuarantineUnit> = {}): QuarantineUnit => {
    datasets += 1
    return {
      dataset: `orders-${datasets}`,
      unit: 'message m-1',
      items: texts.map((text) => anItem(text)),
      digest: addDigests(...texts.map((text) => digestText(text))),
      at: backend.now(),
      ...parts,
    }
  }
  const waiting = (dataset: string) => backend.quarantine.index.newest(dataset, 'waiting', 100)
  const onlyOne = async (dataset: string): Promise<QuarantinedUnit> => {
    const [unit, ...others] = await waiting(dataset)
    if (unit === undefined || others.length > 0) throw new Error(`${dataset} has not one unit`)
    return unit
  }
  const stored = async (dataset: string) =>
    (await collect(backend.quarantine.objects.list())).filter((object) => object.dataset === dataset)

  test('a unit is kept once, and counts once', async () => {
    const { quarantine } = backend
    const unit = aUnit(['{', '\u0000é\n'])
    expect(await quarantine.total(unit.dataset)).toEqual(emptyDigest)
    expect(await quarantine.keep(unit)).toBe('kept')
    expect(await quarantine.keep(unit)).toBe('already-kept')
    expect(await quarantine.total(unit.dataset)).toEqual(unit.digest)
    expect(await stored(unit.dataset)).toHaveLength(1)
  })

  test('the same unit with other items is kept beside it, and in the books', async () => {
    const { quarantine } = backend
    const first = aUnit(['{'])
    const second = { ...aUnit(['{', '[']), dataset: first.dataset }
    await quarantine.keep(first)
    expect(await quarantine.keep(second)).toBe('kept')
    expect(await quarantine.total(first.dataset)).toEqual(addDigests(first.digest, second.digest))
  })

  test('a unit that is kept again on another day is the same, object and all', async () => {
    const { quarantine } = backend
    const unit = aUnit(['{'])
    await quarantine.keep(unit)
    expect(await quarantine.keep({ ...unit, at: unit.at + 3 * DAY })).toBe('already-kept')
    expect(await quarantine.total(unit.dataset)).toEqual(unit.digest)
    expect(await stored(unit.dataset)).toHaveLength(1)
  })

  test('many units of a dataset add up, and those of another do not count', async () => {
    const { quarantine } = backend
    const kept = Array.from({ length: 30 }, (__, at) => ({
      ...aUnit([`{${at}`]),
      dataset: 'many',
      unit: `object o.${at}`,
    }))
    for (const unit of kept) await quarantine.keep(unit)
    expect(await quarantine.total('many')).toEqual(addDigests(...kept.map(({ digest }) => digest)))
    expect(await quarantine.total('man')).toEqual(emptyDigest)
  })

  test('what is kept comes back as it was, to the character', async () => {
    const { quarantine } = backend
    const items = [
      anItem('{"a": "\ud800\u2028\n"}\r', { header: 'id,time\r', source: 'object a\nb row 1' }),
      anItem('/w==', { encoding: 'base64', reason: 'invalid-utf8', dataset: '_unknown', named: '__proto__' }),
      anItem('', { cut: true }),
    ]
    const unit = aUnit([], { items, digest: digestText('x') })
    await quarantine.keep(unit)
    const { name } = await onlyOne(unit.dataset)
    expect(await quarantine.objects.items({ dataset: unit.dataset, name })).toEqual(items)
  })

  test('the catalog tells of each unit what it is and how many items there are of each reason', async () => {
    const items = ['1', '2', '3'].map((text) =>
      anItem(text, text === '2' ? { reason: 'bad-time' } : { reason: 'missing-id' }),
    )
    const unit = aUnit([], { items })
    await backend.quarantine.keep(unit)
    expect(await onlyOne(unit.dataset)).toEqual({
      dataset: unit.dataset,
      unit: unit.unit,
      name: expect.stringMatching(/^[0-9a-f]{64}$/),
      items: 3,
      reasons: { 'bad-time': 1, 'missing-id': 2 },
      digest: unit.digest,
      at: unit.at,
      retriedAt: null,
    })
    expect(await backend.quarantine.index.datasets()).toContain(unit.dataset)
  })

  test('units are listed newest first, page by page', async () => {
    const { index, ...quarantine } = backend.quarantine
    for (let at = 0; at < 7; at += 1)
      await quarantine.keep({ ...aUnit([`${at}`]), dataset: 'paged', unit: `u-${at}`, at: at * HOUR })
    // two of one time
    await quarantine.keep({ ...aUnit(['x']), dataset: 'paged', unit: 'u-7', at: 6 * HOUR })
    const seen: string[] = []
    let after: { at: number; name: string } | undefined
    for (;;) {
      const page = await index.newest('paged', 'waiting', 3, after)
      expect(page.length).toBeLessThanOrEqual(3)
      seen.push(...page.map(({ unit }) => unit))
      after = page.at(-1)
      if (after === undefined) break
    }
    expect(seen.slice(0, 2).toSorted()).toEqual(['u-6', 'u-7'])
    expect(seen.slice(2)).toEqual(['u-5', 'u-4', 'u-3', 'u-2', 'u-1', 'u-0'])
  })

  test('a unit is found by the beginning of its name', async () => {
    const { index, ...quarantine } = backend.quarantine
    const units = Array.from({ length: 20 }, (__, at) => ({ ...aUnit([`${at}`]), dataset: 'named' }))
    for (const unit of units) await quarantine.keep(unit)
    const [unit] = await waiting('named')
    if (unit === undefined) throw new Error('nothing was kept')
    expect(await index.named('named', unit.name.slice(0, 16))).toEqual([unit])
    expect(await index.named('named', unit.name)).toEqual([unit])
    expect(await index.named('named', '')).toHaveLength(2)
    expect(await index.named('named', 'x')).toEqual([])
    expect(await index.named('other', unit.name)).toEqual([])
  })

  test('what was sent again counts no more, and is listed by itself', async () => {
    const { quarantine } = backend
    const [first, second] = [aUnit(['{']), { ...aUnit(['[']), unit: 'message m-2' }]
    const dataset = first.dataset
    await quarantine.keep(first)
    const retried = await onlyOne(dataset)
    await quarantine.keep({ ...second, dataset })
    const at = backend.now() + HOUR
    await quarantine.marks.retried(retried, at)
    await quarantine.marks.retried(retried, at + HOUR)
    expect(await quarantine.total(dataset)).toEqual(second.digest)
    expect((await waiting(dataset)).map(({ unit }) => unit)).toEqual(['message m-2'])
    expect(await quarantine.index.newest(dataset, 'retried', 10)).toEqual([{ ...retried, retriedAt: at }])
    // nothing is deleted, and its late repeat stays what it is
    expect(await quarantine.keep(first)).toBe('already-kept')
    expect(await quarantine.total(dataset)).toEqual(second.digest)
    expect((await stored(dataset)).map(({ retriedAt }) => retriedAt !== null).toSorted()).toEqual([
      false,
      true,
    ])
  })

  test('[F17] without the catalog, the bucket tells the same', async () => {
    const { quarantine } = backend
    const units = ['1', '2', '3'].map((text) => ({ ...aUnit([text, `${text}${text}`]), dataset: 'rebuilt' }))
    for (const unit of units) await quarantine.keep(unit)
    const [, middle] = await waiting('rebuilt')
    if (middle === undefined) throw new Error('nothing was kept')
    await quarantine.marks.retried(middle, backend.now())
    const objects = await stored('rebuilt')
    const told = await Promise.all(objects.map((object) => quarantine.objects.describe(object)))
    const known = [
      ...(await waiting('rebuilt')),
      ...(await quarantine.index.newest('rebuilt', 'retried', 10)),
    ].toSorted((a, b) => (a.name < b.name ? -1 : 1))
    // S3 tells times in whole seconds
    expect(told).toEqual(known)
    expect(objects.map(({ bytes }) => bytes > 0)).toEqual([true, true, true])
  })

  test('[F17] a unit is booked once, and that it was sent again is taken over', async () => {
    const { register, index, total } = backend.quarantine
    const unit: QuarantinedUnit = {
      dataset: 'booked',
      unit: 'message m-1',
      name: 'ab'.repeat(32),
      items: 1,
      reasons: { 'malformed-json': 1 },
      digest: digestText('{'),
      at: 5 * HOUR,
      retriedAt: null,
    }
    expect(await register.book(unit)).toBe('booked')
    expect(await register.book({ ...unit, retriedAt: 7 * HOUR })).toBe('already-booked')
    expect(await register.book(unit)).toBe('already-booked')
    expect(await total('booked')).toEqual(emptyDigest)
    expect(await index.newest('booked', 'retried', 10)).toEqual([{ ...unit, retriedAt: 7 * HOUR }])
    const other = { ...unit, name: 'cd'.repeat(32), retriedAt: 6 * HOUR }
    expect(await register.book(other)).toBe('booked')
    expect((await index.newest('booked', 'retried', 10)).map(({ name }) => name)).toEqual([
      unit.name,
      other.name,
    ])
    expect(await waiting('booked')).toEqual([])
  })

  test('[F7] an object that is not what its name says is not read', async () => {
    const { quarantine, archiveBucket: bucket } = backend
    const unit = aUnit(['{', '['])
    await quarantine.keep(unit)
    const { name } = await onlyOne(unit.dataset)
    backend.s3.corruptObject({
      bucket,
      key: quarantineKey(unit.dataset, name),
      damage: (bytes) => {
        bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1
        return bytes
      },
    })
    await expect(quarantine.objects.items({ dataset: unit.dataset, name })).rejects.toThrow('SHA-256')
    await expect(quarantine.objects.items({ dataset: unit.dataset, name: 'ab'.repeat(32) })).rejects.toThrow(
      'not in the archive bucket',
    )
  })

  test('objects that are no units are passed over', async () => {
    const { s3, archiveBucket: bucket } = backend
    for (const key of ['quarantine/dataset=odd/x.ndjson', 'quarantine/retried/dataset=odd/x.json'])
      s3.putObject({ bucket, key, body: Buffer.from('x') })
    expect(await stored('odd')).toEqual([])
  })
})
