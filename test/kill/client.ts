import * as z from 'zod'
import { type Connection, connect } from '../support/deployed-icecore.ts'
import { signedFetch } from '../support/signed-fetch.ts'

/** What must not be; the run ends with it. */
export class Difference extends Error {
  override readonly name = 'Difference'
}

export type ApiAnswer = { readonly status: number; readonly body: string; readonly headers: Headers }

/** Everything that a user of one running icecore has: its services, its API, its clock. */
export type Client = Connection & {
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>
  /** The virtual time, ms. */
  now(): Promise<number>
  /** Names of the functions that run at this moment. */
  running(): Promise<readonly string[]>
}

const timeSchema = z.object({ now: z.iso.datetime() })
const functionsSchema = z.object({ running: z.array(z.string()) })

export const makeClient = (endpoint: string): Client => {
  const tell = async (name: string) => (await fetch(`${endpoint}/_simulator/${name}`)).json()
  return {
    ...connect(endpoint),
    call: async (method, path, body, headers = {}) => {
      const init = {
        method,
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }
      const answer = await signedFetch(`${endpoint}/_api${path}`, init)
      return { status: answer.status, body: await answer.text(), headers: answer.headers }
    },
    now: async () => Date.parse(timeSchema.parse(await tell('time')).now),
    running: async () => functionsSchema.parse(await tell('functions')).running,
  }
}

/** The answer in JSON; anything but `status` is a difference. */
export const expectAnswer = ({ status, body }: ApiAnswer, wanted: number, what: string) => {
  if (status !== wanted) throw new Difference(`${what}: expected ${wanted}, got ${status}: ${body}`)
  return JSON.parse(body)
}
