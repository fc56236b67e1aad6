import { describe, expect, it } from 'vitest'
import { addNotSent, isBehind, nothingNotSent, placeAfter } from '../../shared/domain/replay-progress.ts'

const place = { last: { id: 'b', time: 5, keys: ['k1', 'k2'] } }

describe('a record', () => {
  it.each([
    ['a', 9, 'x', true],
    ['b', 4, 'x', true],
    ['b', 5, 'k1', true],
    ['b', 5, 'x', false],
    ['b', 6, 'k1', false],
    ['c', 1, 'k1', false],
  ])('%s of %i with key %s is behind the place: %s', (id, time, key, expected) => {
    expect(isBehind({ id, time, key }, place)).toBe(expected)
  })
})

describe('the place', () => {
  it('keeps the keys of the versions of one id and time, and only those', () => {
    const first = placeAfter(undefined, { id: 'a', time: 1, key: 'k1' })
    expect(first).toEqual({ id: 'a', time: 1, keys: ['k1'] })
    const second = placeAfter(first, { id: 'a', time: 1, key: 'k2' })
    expect(second).toEqual({ id: 'a', time: 1, keys: ['k1', 'k2'] })
    expect(placeAfter(second, { id: 'a', time: 2, key: 'k3' })).toEqual({ id: 'a', time: 2, keys: ['k3'] })
    expect(placeAfter(second, { id: 'b', time: 1, key: 'k3' })).toEqual({ id: 'b', time: 1, keys: ['k3'] })
  })

  it('has room for so many versions, and forgets the first of more', () => {
    let last = placeAfter(undefined, { id: 'a', time: 1, key: 'k0' })
    for (let at = 1; at <= 200; at += 1) last = placeAfter(last, { id: 'a', time: 1, key: `k${at}` })
    expect(last.keys).toHaveLength(200)
    expect(last.keys[0]).toBe('k1')
  })
})

describe('what was not sent', () => {
  const some = (count: number, id: string) =>
    Array.from({ length: count }, () => ({ id, time: 1, reason: 'empty' as const }))

  it('is counted all, and named as far as there is room', () => {
    const many = addNotSent(nothingNotSent, some(150, 'a'))
    expect(many.count).toBe(150)
    expect(many.named).toHaveLength(100)
    const long = addNotSent(addNotSent(nothingNotSent, some(7, 'x'.repeat(1024))), some(7, 'y'.repeat(1024)))
    expect(long.count).toBe(14)
    expect(long.named).toHaveLength(8)
  })
})
