import type { TextPlace } from '../domain/record.ts'

type Next = { from: number; at: number }

/** Where a byte is next, from where it was looked for last on: a page is searched once, however many texts it has. */
const findNext = (page: Buffer, byte: number, next: Next, start: number): number => {
  if (start < next.from || start > next.at) {
    next.from = start
    const found = page.indexOf(byte, start)
    next.at = found < 0 ? Number.POSITIVE_INFINITY : found
  }
  return next.at
}

const NOT_SEARCHED = { from: Number.POSITIVE_INFINITY, at: 0 }

/** Tells whether there is a line feed or a carriage return in a text. Pages are not to change. */
export const makeLineBreakCheck = (): ((place: TextPlace) => boolean) => {
  const known = new WeakMap<Buffer, { readonly feed: Next; readonly carriage: Next }>()
  return ({ page, start, end }) => {
    const searched = known.get(page) ?? { feed: { ...NOT_SEARCHED }, carriage: { ...NOT_SEARCHED } }
    known.set(page, searched)
    return (
      findNext(page, 0x0a, searched.feed, start) < end || findNext(page, 0x0d, searched.carriage, start) < end
    )
  }
}
