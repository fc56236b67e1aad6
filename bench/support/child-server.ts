import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { S3Client } from '@aws-sdk/client-s3'
import { region } from '../../simulator/account.ts'

const ROOT = join(import.meta.dirname, '../..')

/** A server to start in a process of its own: it prints a line that says its endpoint once it listens. */
export type ServerCommand = {
  readonly arguments: readonly string[]
  /** Matches that line; its first group is the endpoint. */
  readonly ready: RegExp
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

/** The simulator on what is in `dataDir`. */
export const simulatorOn = (dataDir: string): ServerCommand => ({
  arguments: ['simulator/main.ts', '--port', '0', '--data', dataDir],
  ready: /cloud is at (\S+) /,
  credentials: { accessKeyId: 'icecore', secretAccessKey: 'icecore-local' },
})

/** Runs `work` with a client of the server, so that what the server takes is in no figure of this process but its times. */
export const withServer = async <Result>(
  server: ServerCommand,
  work: (s3: S3Client, endpoint: string) => Promise<Result>,
): Promise<Result> => {
  const child = spawn(process.execPath, server.arguments, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  try {
    const endpoint = await readEndpoint(createInterface({ input: child.stdout }), server.ready)
    const s3 = new S3Client({ endpoint, region, credentials: server.credentials, forcePathStyle: true })
    try {
      return await work(s3, endpoint)
    } finally {
      s3.destroy()
    }
  } finally {
    child.kill('SIGTERM')
    await ended
  }
}

const readEndpoint = async (lines: AsyncIterable<string>, ready: RegExp): Promise<string> => {
  for await (const line of lines) {
    const endpoint = ready.exec(line)?.[1]
    if (endpoint !== undefined) return endpoint
  }
  throw new Error(`the server ended without a line like ${ready}`)
}
