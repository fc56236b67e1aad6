import { describe, expect, test } from 'vitest'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { RehydrationState } from '../../shared/domain/rehydration-states.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import {
  hasOpenJobs,
  isInForce,
  isJobOpen,
  jobDollars,
  LONGEST_TO_CREATE,
  LONGEST_UNKNOWN,
  mayBeCreated,
  mayHaveJobs,
  nameJob,
  type ThawBatch,
  type ThawJob,
  tokenOf,
  withJob,
} from '../../shared/domain/thaw-batch.ts'
import { NOON } from '../support/builders.ts'
import { aRequest } from '../support/rehydration-world.ts'

const aJob = (parts: Partial<ThawJob> = {}): ThawJob => ({
  name: 'Bulk-1',
  tier: 'Bulk',
  days: 3,
  segments: 2,
  manifest: { key: 'thaws/1.csv', version: 'v' },
  plannedAt: NOON,
  id: 'job',
  end: null,
  ...parts,
})
const aBatch = (...jobs: readonly ThawJob[]): ThawBatch => ({ decidedAt: NOON, after: null, jobs })
const end = { at: NOON, requested: 2, failed: 0, reason: null }

describe('the jobs of a rehydration', () => {
  test('have names of their own, tier by tier, and tokens that S3 takes', () => {
    const batch = aBatch(aJob(), aJob({ name: 'Standard-1', tier: 'Standard' }), aJob({ name: 'Bulk-2' }))
    expect([nameJob(batch, 'Bulk'), nameJob(batch, 'Standard')]).toEqual(['Bulk-3', 'Standard-2'])
    expect(nameJob(aBatch(), 'Bulk')).toBe('Bulk-1')
    const token = tokenOf('01HRKZ0000000000000000ABCD', { name: 'Standard-9999' })
    expect(token.length).toBeLessThanOrEqual(64)
  })

  test.each([
    ['one that S3 has', {}, NOON + 9 * DAY, true],
    ['one that is over', { end }, NOON, false],
    ['one that S3 may have', { id: null }, NOON + LONGEST_UNKNOWN - 1, true],
    ['one that S3 would have done by now', { id: null }, NOON + LONGEST_UNKNOWN, false],
  ] as const)('may still ask for something: %s', (_, parts, now, isOpen) => {
    expect(isJobOpen(aJob(parts), now)).toBe(isOpen)
    expect(hasOpenJobs({ batch: aBatch(aJob({ end }), aJob(parts)) }, now)).toBe(isOpen)
  })

  test('are none where nothing was decided', () => {
    expect(hasOpenJobs({}, NOON)).toBe(false)
  })

  test('are made only while it is sure that what they ask for is claimed', () => {
    expect(mayBeCreated(aJob({ id: null }), NOON + LONGEST_TO_CREATE - 1)).toBe(true)
    expect(mayBeCreated(aJob({ id: null }), NOON + LONGEST_TO_CREATE)).toBe(false)
    expect(mayBeCreated(aJob(), NOON)).toBe(false)
    expect(mayBeCreated(aJob({ id: null, end }), NOON)).toBe(false)
  })

  test('change one by one, and not once they are over', () => {
    const [first, second] = [aJob({ id: null }), aJob({ name: 'Bulk-2', end })]
    const made = { ...first, id: 'made' }
    const terms = { batch: aBatch(first, second) }
    expect(withJob(terms, made)?.jobs).toEqual([made, second])
    expect(withJob(terms, { ...second, id: 'another' })?.jobs).toEqual([first, second])
    expect(withJob({}, made)).toBeUndefined()
  })
})

test('jobs cost a quarter of a dollar each, and a dollar for a million segments', () => {
  expect(jobDollars([0, 0])).toBe(0)
  expect(jobDollars([20_000, 1])).toBeCloseTo(0.5 + 0.020001, 9)
  expect(jobDollars([1_000_000, 0])).toBeCloseTo(50 * 0.25 + 1, 9)
})

describe('a rehydration that may have jobs', () => {
  test.each([
    ['is one whose cost nobody has limited', {}, {}, true],
    ['is none that accepts a quote', {}, { cap: 1 }, false],
    ['is none that may cost no more than was said', { maxCostUsd: 1 }, {}, false],
  ])('%s', (_, asked, terms, may) => {
    const rehydration = { request: aRequest(asked), terms: { ...NO_TERMS, ...terms } }
    expect(mayHaveJobs(rehydration)).toBe(may)
  })
})

describe('a claim for a job', () => {
  const claim = (since = NOON) => ({
    since,
    job: { rehydrationId: 'r', name: 'Bulk-1', tier: 'Bulk', days: 3, until: NOON + 3 * DAY } as const,
  })
  const accepted: RehydrationState = { name: 'accepted' }
  const thawing: RehydrationState = { name: 'thawing', plannedAt: NOON }
  const owner = (state: RehydrationState, ...jobs: readonly ThawJob[]) => ({
    state,
    terms: { batch: aBatch(...jobs) },
  })

  test.each([
    ['S3 has the job', owner(thawing, aJob()), NOON + 9 * DAY, true],
    ['the job is over', owner(thawing, aJob({ end })), NOON, false],
    ['the job is being made', owner(accepted, aJob({ id: null })), NOON + HOUR, true],
    ['nobody knows of the job for a day', owner(thawing, aJob({ id: null })), NOON + DAY, false],
    ['the job is to be planned', owner(accepted), NOON + HOUR, true],
    ['the job was to be planned a day ago', owner(accepted), NOON + DAY, false],
    ['all jobs are planned, and not this one', owner(thawing, aJob({ name: 'Bulk-2' })), NOON, false],
    ['there are no jobs', { state: thawing, terms: {} }, NOON, false],
    ['nobody knows whose it is', undefined, NOON + HOUR, true],
    ['nobody knows for a day whose it is', undefined, NOON + DAY, false],
  ] as const)('when %s', (_, whose, now, inForce) => {
    expect(isInForce(claim(), whose, now)).toBe(inForce)
  })
})
