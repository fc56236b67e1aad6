import { expect, test } from 'vitest'
import { emptyBooks } from '../../shared/domain/commit.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import { addLedgers, ledgerOfPartition, ledgerOfQuarantine, makeLedger } from '../../shared/domain/ledger.ts'
import { aCommit, aSegment } from '../support/builders.ts'

const digest = (count: number) => ({ count, upper: BigInt(count) * 7n, lower: BigInt(count) * 5n })
const entries = {
  received: digest(10),
  archived: digest(4),
  duplicates: digest(3),
  quarantined: digest(2),
  expired: digest(1),
}

test('the books balance when all that was received is somewhere, in count and in digest', () => {
  expect(makeLedger(entries).balanced).toBe(true)
  for (const name of ['received', 'archived', 'duplicates', 'quarantined', 'expired'] as const) {
    expect(makeLedger({ ...entries, [name]: digest(5) }).balanced).toBe(false)
    expect(makeLedger({ ...entries, [name]: { ...entries[name], lower: 999n } }).balanced).toBe(false)
  }
})

test('ledgers that do not balance do not balance together, unless what one lacks is in the other', () => {
  const short = { ...entries, archived: digest(3) }
  const over = { ...entries, archived: digest(5) }
  expect(addLedgers(entries, short).balanced).toBe(false)
  expect(addLedgers(short, over).balanced).toBe(true)
})

test('what a dead commit received is in the books of the one that replaced it, and counts once', () => {
  const landing = aCommit({ segments: [aSegment({ records: digest(6) })] })
  const sealed = aCommit({
    id: 'G#000001',
    segments: [aSegment({ records: digest(4) })],
    replaces: [landing.id],
    books: { received: digest(6), duplicates: digest(2), expired: emptyDigest },
  })
  expect(ledgerOfPartition([landing, sealed])).toEqual({
    received: digest(6),
    archived: digest(4),
    duplicates: digest(2),
    expired: emptyDigest,
    quarantined: emptyDigest,
    balanced: true,
  })
})

test('a segment whose commit did not receive its records breaks the balance', () => {
  const commit = aCommit({ segments: [aSegment({ records: digest(6) })], books: emptyBooks })
  expect(ledgerOfPartition([commit]).balanced).toBe(false)
})

test('what is in quarantine was received, and is nowhere else', () => {
  expect(ledgerOfQuarantine(digest(3))).toMatchObject({
    received: digest(3),
    quarantined: digest(3),
    balanced: true,
  })
})
