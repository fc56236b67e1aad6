import { describe, expect, test } from 'vitest'
import { claimForJob, isColdForJob, type JobWish } from '../../shared/domain/claim-for-job.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { Holding, JobClaim } from '../../shared/domain/holding.ts'
import { alignHolding, holdingOf, readyByJob, type StorageFacts } from '../../shared/domain/plan-thaw.ts'
import { tiersOf } from '../../shared/domain/storage-class.ts'
import { aSegment, NOON } from '../support/builders.ts'

const cold: StorageFacts = { storageClass: 'GLACIER', restore: null }
const ongoing: StorageFacts = { ...cold, restore: { ongoing: true, readableUntil: null } }
const restored: StorageFacts = { ...cold, restore: { ongoing: false, readableUntil: NOON + DAY } }

const wish: JobWish = {
  rehydrationId: 'own',
  tiers: tiersOf('Bulk'),
  days: 3,
  until: NOON + 3 * DAY,
  names: { Bulk: 'Bulk-2', Standard: 'Standard-1' },
  planned: new Set(['Bulk-1']),
}
const aClaim = (parts: Partial<JobClaim> = {}): JobClaim => ({
  rehydrationId: 'own',
  name: 'Bulk-2',
  tier: 'Bulk',
  days: 3,
  until: NOON + 3 * DAY,
  ...parts,
})
const segment = aSegment({ storageClass: 'GLACIER' })
const held = (parts: Partial<Holding> = {}): Holding => ({ ...holdingOf(segment, undefined), ...parts })
const claimed = (parts: Partial<JobClaim> = {}, since = NOON): Holding =>
  held({ asking: { attempt: 'x', since, job: aClaim(parts) } })
const direct = (since: number) => held({ asking: { attempt: 'x', since } })

const decide = (before: Holding, facts: StorageFacts | undefined, more = {}, isInForce = false, now = NOON) =>
  claimForJob(before, facts, { ...wish, ...more }, { isInForce, now })

describe('a segment', () => {
  test.each([
    ['GLACIER', 'Bulk', true],
    ['DEEP_ARCHIVE', 'Expedited', true],
    ['GLACIER', 'Expedited', false],
    ['GLACIER_IR', 'Bulk', false],
  ] as const)('in %s that is wanted by %s is one for a job: %s', (storageClass, tier, isOne) => {
    expect(isColdForJob({ storageClass, thaw: null }, tiersOf(tier))).toBe(isOne)
  })

  test('that has a thaw is none', () => {
    const thaw = { tier: 'Bulk', requestedAt: NOON, readableUntil: null } as const
    expect(isColdForJob({ storageClass: 'GLACIER', thaw }, tiersOf('Bulk'))).toBe(false)
  })

  test.each([
    ['that is gone', held(), undefined],
    ['that is readable', held(), { storageClass: 'STANDARD', restore: null }],
    ['that is being thawed', held(), ongoing],
    ['that is thawed', held(), restored],
    ['that somebody asks for', direct(NOON - HOUR + 1), cold],
    ['of a job that is planned', claimed({ name: 'Bulk-1' }), cold],
    ['that another attempt has claimed for a job of its own', claimed({ name: 'Bulk-3' }, NOON - 1), cold],
  ] as const)('%s is left to its thaw task', (_, before, facts) => {
    expect(decide(before, facts)).toEqual({ kind: 'left' })
  })

  test('that is wanted at once is left, and so is that of another’s job, while it may ask', () => {
    expect(decide(held(), cold, { tiers: tiersOf('Expedited') })).toEqual({ kind: 'left' })
    expect(decide(claimed({ rehydrationId: 'other' }), cold, {}, true)).toEqual({ kind: 'left' })
  })

  test('that was claimed for this very job is claimed', () => {
    expect(decide(claimed({}, NOON - HOUR + 1), cold)).toEqual({ kind: 'claimed', tier: 'Bulk' })
  })

  test.each([
    ['that nobody asks for', held()],
    ['whose asker has died', direct(NOON - HOUR)],
    ['of another’s job that is over', claimed({ rehydrationId: 'other' })],
    ['that an attempt claimed which has died', claimed({}, NOON - HOUR)],
    ['that an attempt claimed for another job, and died', claimed({ name: 'Bulk-3' }, NOON - HOUR)],
  ] as const)('%s is claimed', (_, before) => {
    const asking = { attempt: 'own-Bulk-2', since: NOON, job: aClaim() }
    expect(decide(before, cold)).toMatchObject({ kind: 'to-claim', tier: 'Bulk', next: { asking } })
  })

  test('is claimed for the job of its class’s tier, as S3 says where it is', () => {
    const deep: StorageFacts = { storageClass: 'DEEP_ARCHIVE', restore: null }
    const tiers = { GLACIER: 'Bulk', DEEP_ARCHIVE: 'Standard' } as const
    const decision = decide(held(), deep, { tiers })
    expect(decision).toMatchObject({ kind: 'to-claim', tier: 'Standard' })
    expect(decision).toMatchObject({
      next: { storageClass: 'DEEP_ARCHIVE', asking: { job: { name: 'Standard-1' } } },
    })
  })
})

describe('the holding of a segment that a job has claimed', () => {
  test('stays as it is while S3 shows nothing', () => {
    const before = claimed()
    expect(alignHolding(before, cold, NOON + HOUR)).toBe(before)
  })

  test.each([
    ['is thawing', ongoing, null],
    ['is thawed', restored, NOON + DAY],
  ] as const)('tells of the job’s thaw, and of no claim, once it %s', (_, facts, readableUntil) => {
    const after = alignHolding(claimed(), facts, NOON + HOUR)
    expect(after.asking).toBeUndefined()
    expect(after.thaw).toMatchObject({
      tier: 'Bulk',
      requestedAt: NOON + HOUR,
      readableUntil,
      neededUntil: NOON + 3 * DAY,
      days: 3,
      by: 'own',
    })
  })

  test('has nothing left of the claim where it needs no thaw', () => {
    const after = alignHolding(claimed(), { storageClass: 'STANDARD', restore: null }, NOON)
    expect(after).toMatchObject({ storageClass: 'STANDARD', thaw: null })
    expect(after.asking).toBeUndefined()
  })

  test('keeps a claim of one who asks by itself, which that one gives back', () => {
    expect(alignHolding(direct(NOON), ongoing, NOON).asking).toBeDefined()
  })

  test('says when its thaw must be there by AWS’s figures', () => {
    expect(readyByJob('GLACIER', NOON, aClaim())).toBe(NOON + 12 * HOUR)
    expect(readyByJob('DEEP_ARCHIVE', NOON, aClaim())).toBe(NOON + 48 * HOUR)
    expect(readyByJob('STANDARD', NOON, aClaim())).toBe(NOON)
  })
})
