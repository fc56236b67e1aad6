import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { errorAnswer } from './auth-answer.ts'
import { writeAnswer } from './front-door.ts'
import type { ServiceHandler } from './service-handler.ts'

export type WireServer = {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  /** Ends idle connections at once and the others with their request. */
  close(): Promise<void>
}

export type WireServerOptions = {
  /** 0 takes a free one. */
  readonly port: number
  readonly frontDoor: ServiceHandler
  /** Requests below `/_simulator/`, which carry no signature. */
  readonly control: ServiceHandler
  /** A fault of the simulator itself; the client gets a 500. */
  readonly onFault: (error: unknown) => void
}

/** Serves on the loopback address only: the control requests are open to whoever can reach it. */
export const startServer = async (options: WireServerOptions): Promise<WireServer> => {
  const { port, frontDoor, control, onFault } = options
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    try {
      await (request.url?.startsWith('/_simulator/') ? control : frontDoor)(request, response)
    } catch (error) {
      // A client that hangs up in the middle of its request is no fault.
      if (request.destroyed && !request.complete) return
      onFault(error)
      if (response.headersSent) response.destroy()
      else writeAnswer(response, internalError(request))
    }
    // What a handler left unread of a refused upload would be taken for the next request.
    if (!request.complete) {
      response.shouldKeepAlive = false
      request.resume()
    }
  }
  const server = createServer({ requestTimeout: 0, keepAliveTimeout: 60_000 }, (request, response) => {
    void serve(request, response)
  })
  await listen(server, port)
  const address = server.address()
  if (!isAddressInfo(address)) throw new Error(`the server listens on ${address}, which is no port`)
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)))
        server.closeIdleConnections()
        setTimeout(() => server.closeAllConnections(), 1000).unref()
      }),
  }
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject)
      resolve()
    })
  })

const isAddressInfo = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === 'object' && address !== null

const internalError = (request: IncomingMessage) => {
  const dialect = request.headers['x-amz-target'] === undefined ? 's3' : 'json'
  const message = 'The simulator failed; its own log says why.'
  return errorAnswer({ dialect, status: 500, code: 'InternalError', message })
}
