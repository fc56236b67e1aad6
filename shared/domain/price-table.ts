import * as z from 'zod'
import { PRICES, type PriceTable } from './prices.ts'

/** There is no table of this region, or the one that was given is not one. */
export class NoPrices extends Error {
  override readonly name = 'NoPrices'
}

/** Their list prices are those of us-east-1 in every line of the table. */
const SAME_PRICES = ['us-east-1', 'us-east-2', 'us-west-2'] as const

/** The list prices of a region. */
export const priceTableOf = (region: string): PriceTable => {
  if (SAME_PRICES.some((same) => same === region)) return { ...PRICES, region }
  throw new NoPrices(
    `there is no price table of ${region}, only of ${SAME_PRICES.join(', ')}: give one of your own`,
  )
}

const tableSchema = z.strictObject({
  region: z.string().min(1),
  date: z.iso.date(),
  sources: z.array(z.string()).min(1),
  /** Dollars for one unit of each line. */
  dollars: z.record(z.string(), z.number().nonnegative()),
})

/**
 * A table of one's own: `dollars` for a unit of each line, in the units of the list prices. A line that is not known is an error
 * here; one that is left out is an error where it is needed. STANDARD has one rate then, whatever is stored.
 */
export const readPriceTable = (table: unknown): PriceTable => {
  const parsed = tableSchema.safeParse(table)
  if (!parsed.success)
    throw new NoPrices(
      parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'prices'}: ${message}`).join('\n'),
    )
  const { dollars, ...rest } = parsed.data
  const unknown = Object.keys(dollars).filter((line) => !PRICES.lines.has(line))
  if (unknown.length > 0) throw new NoPrices(`dollars: there is no line ${unknown.join(', ')}`)
  const lines = [...PRICES.lines].flatMap(([line, price]) => {
    const own = dollars[line]
    return own === undefined ? [] : [[line, { ...price, dollars: own }] as const]
  })
  const standard = dollars['s3.storage.STANDARD']
  return {
    ...rest,
    lines: new Map(lines),
    standardSteps: standard === undefined ? [] : [{ upToGb: Number.POSITIVE_INFINITY, dollars: standard }],
  }
}
