import { afterAll, describe, expect, it } from 'vitest'
import { installVirtualDate } from '../../../simulator/host/runtime/virtual-date.ts'

const RealDate = Date
const time = RealDate.parse('2031-02-03T04:05:06.789Z')
installVirtualDate(() => time)
afterAll(() => {
  globalThis.Date = RealDate
  RealDate.prototype.constructor = RealDate
})

describe('Date on the virtual clock', () => {
  it('is the virtual time wherever the present is asked for', () => {
    expect(Date.now()).toBe(time)
    expect(new Date().toJSON()).toBe(new RealDate(time).toJSON())
    expect(Date()).toBe(new RealDate(time).toString())
    expect(new RealDate(0).constructor).toBe(Date)
  })

  it('is Date as ever for any other time', () => {
    expect(new Date(5).getTime()).toBe(5)
    expect(new Date(2020, 1).getMonth()).toBe(1)
    expect(Date.parse('1970-01-01T00:00:01Z')).toBe(1000)
    expect(Date.UTC(1970, 0, 2)).toBe(86_400_000)
    expect(new RealDate(0)).toBeInstanceOf(Date)
    expect(new Date(0)).toBeInstanceOf(Date)
    class Later extends Date {}
    expect(new Later().getTime()).toBe(time)
    expect(new Later()).toBeInstanceOf(Later)
  })
})
