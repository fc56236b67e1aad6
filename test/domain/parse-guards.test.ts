import { describe, expect, test } from 'vitest'
import { NO_GUARDS } from '../../shared/domain/guards.ts'
import { parseConfig } from '../../shared/domain/parse-config.ts'

const ORDERS = { id: 'id', time: { path: 'at' } }

const guardsOf = (guards: unknown, own?: unknown) =>
  parseConfig({
    datasets: { orders: { ...ORDERS, ...(own !== undefined && { guards: own }) } },
    ...(guards !== undefined && { guards }),
  }).datasets.get('orders')?.guards

describe('guards', () => {
  test('are none unless they are given', () => {
    expect(guardsOf(undefined)).toEqual(NO_GUARDS)
    expect(guardsOf({}, {})).toEqual(NO_GUARDS)
  })

  test('hold for every dataset, each as far as it has none of its own', () => {
    const shared = {
      perRehydration: { maxCostUsd: 20, maxBytes: 1000 },
      perDay: { maxCostUsd: 100 },
      approvalAboveUsd: 10,
    }
    expect(guardsOf(shared)).toEqual({
      perRehydration: { maxCostUsd: 20, maxBytes: 1000 },
      perDay: { maxCostUsd: 100, maxBytes: null },
      approvalAboveUsd: 10,
    })
    const own = { perRehydration: { maxCostUsd: 5 }, perDay: { maxBytes: 7 }, approvalAboveUsd: null }
    expect(guardsOf(shared, own)).toEqual({
      perRehydration: { maxCostUsd: 5, maxBytes: 1000 },
      perDay: { maxCostUsd: 100, maxBytes: 7 },
      approvalAboveUsd: null,
    })
  })

  test.each([
    [{ perDay: { maxCostUsd: -1 } }, 'guards.perDay.maxCostUsd: expected US dollars, 0 or more'],
    [{ perRehydration: { maxBytes: 0.5 } }, 'guards.perRehydration.maxBytes'],
    [{ perRehydration: { maxBytes: -1 } }, 'guards.perRehydration.maxBytes: expected bytes, 0 or more'],
    [{ approvalAboveUsd: '5' }, 'guards.approvalAboveUsd'],
    [{ perWeek: {} }, 'guards.perWeek: there is no such field'],
  ])('as %j are a mistake that names the field', (guards, message) => {
    expect(() => guardsOf(guards)).toThrow(message)
    expect(() => guardsOf(undefined, guards)).toThrow(`datasets.orders.${message}`)
  })
})
