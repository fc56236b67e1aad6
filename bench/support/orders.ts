import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

/** Numbers that repeat from run to run: a benchmark must not depend on luck. */
export const makeRandom = (seed: number) => {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
}

const BASE = 36
const THREE_DIGITS = BASE ** 3
const short = Array.from({ length: THREE_DIGITS }, (_, value) => value.toString(BASE))
const padded = short.map((digits) => digits.padStart(3, '0'))

/** What `toString(36)` says of a number below 2^32, in a third of the time: most of an order is such numbers. */
const inBase36 = (value: number): string => {
  if (value < THREE_DIGITS) return short[value] ?? ''
  const low = padded[value % THREE_DIGITS] ?? ''
  const rest = Math.floor(value / THREE_DIGITS)
  if (rest < THREE_DIGITS) return `${short[rest]}${low}`
  return `${short[Math.floor(rest / THREE_DIGITS)]}${padded[rest % THREE_DIGITS]}${low}`
}

const START = Date.UTC(2024, 0, 1)
const DAYS = 20
const BATCH = 2000

export const makeOrder = (number: number, random: () => number): string => {
  const noise = () => inBase36(random())
  return JSON.stringify({
    flight: `o-${number}-${noise()}${noise()}`,
    date: new Date(START + ((number * 1000) % (DAYS * 86_400_000))).toISOString(),
    origin: noise().slice(0, 3),
    destination: noise().slice(0, 3),
    delay: random() % 500,
    distance: random() % 9000,
    note: Array.from({ length: 60 }, noise).join(' '),
    customer: { id: random() % 50_000, name: `Customer ${random() % 50_000}` },
    lines: Array.from({ length: 4 }, () => ({ sku: `sku-${random() % 10_000}`, quantity: random() % 20 })),
  })
}

/** Writes about `megabytes` of orders of some 700 bytes with little redundancy, as NDJSON of the flights' shape. */
export const writeOrders = async (
  path: string,
  megabytes: number,
): Promise<{ records: number; bytes: number }> => {
  const out = createWriteStream(path)
  const random = makeRandom(7)
  let records = 0
  let bytes = 0
  while (bytes < megabytes * 1e6) {
    const lines = Array.from({ length: BATCH }, () => makeOrder(records++, random))
    const text = Buffer.from(`${lines.join('\n')}\n`)
    bytes += text.length
    if (!out.write(text)) await once(out, 'drain')
  }
  out.end()
  await finished(out)
  return { records, bytes }
}
