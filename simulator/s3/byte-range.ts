import { notImplemented, S3Error } from './s3-error.ts'

/** `end` is exclusive. */
export type ByteRange = { readonly start: number; readonly end: number }

/**
 * One range of an object of `size`. A header that is no range counts for nothing (RFC 9110);
 * S3 "doesn't support retrieving multiple ranges of data per GET request".
 */
export const parseRange = (header: string | undefined, size: number): ByteRange | undefined => {
  if (header === undefined) return undefined
  if (/^bytes=.*,/.test(header)) throw notImplemented('more than one range in a request')
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header.trim()) ?? []
  if (first === '' && last === '') return undefined
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size)
  if (start >= size || start >= end) {
    throw new S3Error('InvalidRange', 416, 'The requested range is not satisfiable', {
      detail: { RangeRequested: header, ActualObjectSize: String(size) },
      headers: { 'content-range': `bytes */${size}` },
    })
  }
  return { start, end }
}
