import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'

/** A service that reads and writes streams itself. It is called once the request's signature has been checked. */
export type ServiceHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** A request read whole, its signature checked. */
export type WireRequest = {
  readonly method: string
  /** As sent, still encoded. */
  readonly path: string
  /** As sent, without the question mark. */
  readonly query: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** The key that signed the request; undefined when it was not signed at all. */
  readonly accessKeyId: string | undefined
  /** Aborted when the client hangs up. */
  readonly signal: AbortSignal
}

export type WireAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

export type WireHandler = (request: WireRequest) => Promise<WireAnswer>

/** One more service on the same port. */
export type Route = {
  /** The service in the credential scope of requests for it, such as `execute-api`. */
  readonly service: string
  /** Requests below this path are for it, signed or not; whether an unsigned one is served is for `handle` to say. */
  readonly prefix: string
  readonly handle: WireHandler
}
