import { describe, expect, test } from 'vitest'
import type { Reservation } from '../../shared/domain/budget.ts'
import { HOUR } from '../../shared/domain/duration.ts'
import type { Rehydration } from '../../shared/domain/rehydration.ts'
import { NO_TERMS, type RehydrationTerms } from '../../shared/domain/rehydration-terms.ts'
import {
  extensionName,
  judgeReservation,
  raisesName,
  rehydrationOf,
  reservationsOf,
} from '../../shared/domain/reservations.ts'
import { NOON } from '../support/builders.ts'
import { aRequest } from '../support/rehydration-world.ts'

const DAY = '2024-03-10'

const aRehydration = (terms: Partial<RehydrationTerms>, state: Rehydration['state']): Rehydration => ({
  id: 'r',
  request: aRequest(),
  caller: 'tester',
  acceptedAt: NOON,
  state,
  terms: { ...NO_TERMS, ...terms },
})

const PRICE = { dollars: 2, bytes: 3 }
const ACCEPTED = { name: 'accepted' } as const
const CANCELLED = { name: 'cancelled', cancelledAt: NOON } as const
const extension = { keepDays: 2, at: NOON, until: NOON + 2, dollars: 1, reservedOn: DAY }

test('a rehydration has reserved its price and its extension, each on its day', () => {
  const terms = { price: PRICE, reservedOn: '2024-03-09', extension }
  expect(reservationsOf(aRehydration(terms, ACCEPTED))).toEqual([
    { day: '2024-03-09', name: 'r', price: PRICE },
    { day: DAY, name: `r/${NOON}`, price: { dollars: 1, bytes: 0 } },
  ])
  expect(rehydrationOf({ name: extensionName('r', NOON) })).toBe('r')
  expect(rehydrationOf({ name: 'r' })).toBe('r')
})

test('a rehydration has reserved what its raises cost beyond its price', () => {
  const promised = { p50: NOON, p95: NOON, raising: 1, mayExpedite: false }
  const raising = { at: NOON, dollars: 3, reservedOn: DAY }
  const raised = { day: DAY, name: 'r/raises', price: { dollars: 2, bytes: 0 } }
  expect(reservationsOf(aRehydration({ promised, raising }, ACCEPTED))).toEqual([raised])
  expect(reservationsOf(aRehydration({ raising }, ACCEPTED))).toMatchObject([{ price: { dollars: 3 } }])
  const unreserved = { ...raising, reservedOn: null }
  expect(reservationsOf(aRehydration({ raising: unreserved }, ACCEPTED))).toEqual([])
  expect(rehydrationOf({ name: raisesName('r') })).toBe('r')
})

test('a rehydration whose dataset has no budget has reserved nothing', () => {
  const terms = { price: PRICE, extension: { ...extension, reservedOn: null } }
  expect(reservationsOf(aRehydration(terms, ACCEPTED))).toEqual([])
})

describe('an open reservation', () => {
  const held = aRehydration({ price: PRICE, reservedOn: DAY }, ACCEPTED)
  const extended = aRehydration({ extension: { ...extension, at: NOON + 1 } }, ACCEPTED)
  const raised = aRehydration({ raising: { at: NOON, dollars: 3, reservedOn: DAY } }, ACCEPTED)
  const [young, old] = [NOON + HOUR - 1, NOON + HOUR]

  test.each([
    ['of a rehydration under way', 'r', DAY, held, old, 'keep'],
    ['of a rehydration that is over', 'r', DAY, { ...held, state: CANCELLED }, young, 'settle'],
    ['of a request under way', 'r', DAY, undefined, young, 'keep'],
    ['of a request that died', 'r', DAY, undefined, old, 'drop'],
    ['of a day on which it was not reserved', 'r', '2024-03-09', held, old, 'drop'],
    ['of an extension that was never written down', `r/${NOON}`, DAY, held, old, 'drop'],
    ['of an extension before the last', `r/${NOON}`, DAY, extended, old, 'settle'],
    ['of the last extension', `r/${NOON + 1}`, DAY, extended, old, 'keep'],
    ['of raises', 'r/raises', DAY, raised, old, 'keep'],
    ['of raises that were never written down', 'r/raises', DAY, extended, old, 'drop'],
  ] as const)('%s is judged right', (_, name, day, rehydration, now, verdict) => {
    const reservation: Reservation = { name, attempt: 'a', at: NOON, microDollars: 1, bytes: 1 }
    expect(judgeReservation(reservation, { day, rehydration, now })).toBe(verdict)
  })
})
