type Request = { pathParameters?: { thing?: string }; body?: string }

/** Gives back what it was given; some things have an answer of their own. */
export const handler = async (event: Request) => {
  const { thing } = event.pathParameters ?? {}
  if (thing === 'large') return { statusCode: 200, body: 'x'.repeat(6 * 1024 * 1024) }
  if (thing === 'broken') throw new Error('broken')
  if (thing === 'bytes') {
    return { statusCode: 201, headers: { 'X-Kind': 'bytes' }, body: 'AP+A', isBase64Encoded: true }
  }
  if (thing === 'open')
    return { statusCode: 200, headers: { 'Access-Control-Allow-Origin': '*' }, body: 'to everyone' }
  return event
}
