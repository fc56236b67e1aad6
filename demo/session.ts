import { fileURLToPath } from 'node:url'
import { S3Client } from '@aws-sdk/client-s3'
import { SQSClient } from '@aws-sdk/client-sqs'
import { type Client, makeClient } from 'icecore/client'
import { region } from '../simulator/account.ts'
import { type Cloud, makeCloud } from '../simulator/cloud.ts'
import { explainStart, findConfigMistake } from '../simulator/explain-start.ts'
import type { Deployment } from '../simulator/host/deployment/definitions.ts'
import { DEFAULT_CREDENTIALS, type Host } from '../simulator/host/host.ts'
import { startHost } from '../simulator/host/start-host.ts'

/** A whole icecore on a simulated cloud, and a client of each service that a producer and a reader use. */
export type Session = {
  readonly cloud: Cloud
  readonly host: Host
  readonly deployment: Deployment
  readonly s3: S3Client
  readonly sqs: SQSClient
  readonly api: Client
  /** An output of the stack, such as `RecordsQueueUrl`. */
  output(name: string): string
  close(): Promise<void>
}

/** Nothing could be started; its message is for the user, without a stack. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart'
}

const ROOT = fileURLToPath(new URL('..', import.meta.url))

export type SessionOptions = { readonly port: number; readonly dataDir?: string | undefined }

/**
 * Deploys `serverless.yml` to a cloud whose clock starts at `start` (ms) and moves as fast as ours. It is in memory, or on what
 * is in `dataDir`, and then goes on from there.
 */
export const startSession = async (start: number, options: SessionOptions): Promise<Session> => {
  const { port, dataDir } = options
  const mistake = await findConfigMistake(ROOT)
  if (mistake !== undefined) throw new CannotStart(mistake)
  // ids that repeat from run to run would meet again in a folder that outlives the run
  const kept = dataDir === undefined ? { seed: 1 } : { dataDir }
  const cloud = await makeCloud({ start, port, ...kept }).catch((error: unknown) => {
    const explanation = explainStart(error, options)
    throw explanation === undefined ? error : new CannotStart(explanation, { cause: error })
  })
  const { endpoint } = cloud
  const host = await startHost(cloud, ROOT, { concurrency: 3 })
  const { deployment } = host
  const client = { endpoint, region, credentials: DEFAULT_CREDENTIALS }
  const s3 = new S3Client({ ...client, forcePathStyle: true })
  const sqs = new SQSClient(client)
  return {
    cloud,
    host,
    deployment,
    s3,
    sqs,
    api: makeClient({
      endpoint: host.apiUrl,
      region,
      credentials: DEFAULT_CREDENTIALS,
      now: cloud.clock.now,
    }),
    output: (name) => {
      const value = deployment.outputs.get(name)
      if (value === undefined) throw new Error(`the stack has no output ${name}`)
      return value
    },
    close: async () => {
      s3.destroy()
      sqs.destroy()
      await host.close()
      await cloud.close()
    },
  }
}
