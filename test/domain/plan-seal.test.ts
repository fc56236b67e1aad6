import { expect, test } from 'vitest'
import type { Commit } from '../../shared/domain/commit.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { planSeal } from '../../shared/domain/plan-seal.ts'
import { aCommit, aDataset, aSegment, NOON } from '../support/builders.ts'

const PARTITION = '2024-03-10'
const END = Date.parse('2024-03-11T00:00:00Z')
const plan = (commits: readonly Commit[], now: number, dataset = aDataset()) =>
  planSeal({ commits, holdings: new Map() }, dataset, PARTITION, now)

test('an empty partition has nothing to seal', () => {
  expect(plan([], END + DAY)).toEqual({ kind: 'nothing-to-seal' })
})

test('a partition whose time is not over waits for its end and the quiet time after it', () => {
  expect(plan([aCommit()], NOON + 5 * HOUR)).toEqual({ kind: 'wait', until: END + HOUR })
})

test('a record that lands late restarts the quiet time', () => {
  const late = END + 10 * HOUR
  expect(plan([aCommit({ committedAt: late })], late + 1)).toEqual({ kind: 'wait', until: late + HOUR })
})

test('a quiet partition is sealed whole, oldest first, in the class of its age', () => {
  const older = aCommit({ committedAt: NOON - 5 })
  const newer = aCommit({ committedAt: NOON })
  expect(plan([newer, older], END + HOUR)).toEqual({
    kind: 'seal',
    inputs: [older, newer],
    generation: 'G#000001',
    storageClass: 'STANDARD',
  })
  expect(plan([newer], END + 31 * DAY)).toMatchObject({ storageClass: 'GLACIER_IR' })
  expect(plan([newer], END + 4000 * DAY)).toMatchObject({ storageClass: 'DEEP_ARCHIVE' })
})

test('many landing commits are merged without waiting for the end of the partition', () => {
  const many = Array.from({ length: 64 }, () => aCommit())
  expect(plan(many, NOON + 1)).toMatchObject({ kind: 'seal', generation: 'G#000001' })
  expect(plan(many.slice(1), NOON + 1)).toMatchObject({ kind: 'wait' })
})

test('what was replaced is no input, and the next generation counts on', () => {
  const old = aCommit()
  const sealed = aCommit({
    id: 'G#000007',
    replaces: [old.id],
    segments: [aSegment({ kind: 'sealed', bytes: 90_000_000 })],
  })
  const late = aCommit()
  expect(plan([old, sealed], END + DAY)).toEqual({ kind: 'nothing-to-seal' })
  expect(plan([old, sealed, late], END + DAY)).toMatchObject({ inputs: [late], generation: 'G#000008' })
})

test('a small sealed segment in STANDARD is merged again; one that left STANDARD, or is about to, is not', () => {
  const segment = aSegment({ kind: 'sealed' })
  const sealed = aCommit({ id: 'G#000001', segments: [segment], committedAt: NOON - 1 })
  const late = aCommit()
  const holding = {
    segmentId: segment.id,
    storageClass: 'STANDARD',
    confirmedAt: NOON,
    target: 'GLACIER_IR',
    taggedAt: NOON,
    thaw: null,
  } as const
  expect(plan([sealed, late], END + DAY)).toMatchObject({ inputs: [sealed, late] })
  const moving = { commits: [sealed, late], holdings: new Map([[segment.id, holding]]) }
  expect(planSeal(moving, aDataset(), PARTITION, END + DAY)).toMatchObject({ inputs: [late] })
})

test('one run takes on a bounded number of bytes and leaves the rest', () => {
  const big = () => aCommit({ segments: [aSegment({ bytes: 600_000_000 })] })
  const planned = plan([big(), big(), big()], END + DAY)
  expect(planned.kind === 'seal' && planned.inputs).toHaveLength(1)
})

const inputsOf = (commits: readonly Commit[], targetBytes?: number) => {
  const seal = { ...aDataset().seal, ...(targetBytes && { targetBytes }) }
  const planned = plan(commits, END + DAY, aDataset({ seal }))
  return planned.kind === 'seal' ? planned.inputs : []
}

test('one run opens no more inputs than their row groups have room in memory', () => {
  const MiB = 2 ** 20
  const many = (bodyBytes: number) =>
    Array.from({ length: 100 }, () => aCommit({ segments: [aSegment({ bytes: 2 * MiB, bodyBytes })] }))
  const inputs = (bodyBytes: number, maxBodyBytes: number) => {
    const limits = { maxBodyBytes, maxFuture: DAY }
    const planned = plan(many(bodyBytes), END + DAY, aDataset({ limits }))
    return planned.kind === 'seal' && planned.inputs
  }
  expect(inputs(32 * MiB, MiB)).toHaveLength(64)
  expect(inputs(4 * MiB, MiB)).toHaveLength(100)
  expect(inputs(300 * MiB, 256 * MiB)).toHaveLength(2)
})

test('one run makes no more segments than its commit has room for', () => {
  const many = Array.from({ length: 200 }, () => aCommit({ segments: [aSegment({ bytes: 500_000 })] }))
  expect(inputsOf(many, 1_000_000)).toHaveLength(128)
})

test('every run takes on a landing commit, however much is sealed already', () => {
  const sealed = aCommit({
    id: 'G#000001',
    segments: [aSegment({ kind: 'sealed', bytes: 400_000 })],
    committedAt: NOON - 1,
  })
  const large = aCommit({ segments: [aSegment({ bytes: 70_000_000 })] })
  expect(inputsOf([sealed, large, aCommit()], 1_000_000)).toEqual([sealed, large])
})
