import { hash } from 'node:crypto'
import type { ApiEvent } from './event.ts'
import type { ApiResponse } from './respond.ts'

/** Its answers hold signed URLs: whoever has one needs no other right. */
const NOT_TO_KEEP = new Set(['GET /rehydrations/{rehydrationId}/files'])

/** The caller may keep it, and asks each time whether it still holds. */
const KEPT = { 'cache-control': 'private, no-cache' }

/** Of a list of tags, or `*`; weak ones count as well, as they do for a GET (RFC 9110, 13.1.2). */
const names = (list: string, tag: string): boolean =>
  list.trim() === '*' || [...list.matchAll(/(?:W\/)?("[^"]*")/g)].some(([, each]) => each === tag)

const headerOf = ({ headers }: ApiEvent, wanted: string): string | undefined =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === wanted)?.[1]

/** Whether what is got by this route bears an ETag. */
export const hasEtag = (routeKey: string): boolean =>
  routeKey.startsWith('GET ') && !NOT_TO_KEEP.has(routeKey)

/** Gives what was got an ETag, and answers 304 without it to a caller who has that already. */
export const conditional = (event: ApiEvent, response: ApiResponse): ApiResponse => {
  if (response.statusCode !== 200 || !hasEtag(event.routeKey)) return response
  const etag = `"${hash('sha256', response.body, 'base64url').slice(0, 32)}"`
  const headers: Record<string, string> = { ...response.headers, ...KEPT, etag }
  if (!names(headerOf(event, 'if-none-match') ?? '', etag)) return { ...response, headers }
  const { 'content-type': _, ...rest } = headers
  return { statusCode: 304, headers: rest, body: '', isBase64Encoded: false }
}
