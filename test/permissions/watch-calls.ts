import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { type Call, callsOf } from './calls.ts'

/** Passes requests on to `endpoint`, and keeps what each of some callers, by their access keys, asked for. */
export const watchCalls = async (endpoint: string, isWatched: (caller: string) => boolean) => {
  const calls = new Map<string, Map<string, Call>>()
  const faults: string[] = []

  const keep = (credential: string, wire: Omit<Parameters<typeof callsOf>[0], 'service'>) => {
    const [caller = '', , , service = ''] = credential.split('/')
    if (!isWatched(caller)) return
    const known = calls.get(caller) ?? new Map<string, Call>()
    calls.set(caller, known)
    for (const call of callsOf({ ...wire, service })) known.set(`${call.action} ${call.resource}`, call)
  }

  const server = createServer(async (request, response) => {
    const { url = '/', method = 'GET', headers } = request
    const body = Buffer.concat(await request.toArray())
    const { pathname: path, searchParams: query } = new URL(url, endpoint)
    const signed = /Credential=([^,]+)/.exec(headers.authorization ?? '')?.[1]
    const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
    try {
      keep(signed ?? query.get('X-Amz-Credential') ?? '', {
        method,
        path,
        query,
        headers: texts,
        body: headers['x-amz-target'] === undefined ? '' : body.toString('utf8'),
      })
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error))
    }
    const onward = send(endpoint, { method, headers, path: url }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    onward.end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('there is no port')

  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    /** What could not be understood. */
    faults,
    callsOf: (caller: string): readonly Call[] => [...(calls.get(caller)?.values() ?? [])],
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
