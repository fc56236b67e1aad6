import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type Client, makeClient } from 'icecore/client'
import type { DynamoTable } from '../shared/adapters/aws/dynamo.ts'
import type { S3Bucket } from '../shared/adapters/aws/s3-bucket.ts'
import type { IcecoreConfig } from '../shared/domain/config.ts'
import { findApiUrl, isLoopback } from './api-url.ts'
import { Failure } from './failure.ts'
import { bucketName, type Place, queueName, stackName, tableName } from './names.ts'
import { findStackOutput } from './stack-output.ts'

/** What every command may be told. */
export type GlobalOptions = {
  readonly stage: string
  readonly region?: string
  readonly account?: string
  readonly endpoint?: string
  readonly apiUrl?: string
  readonly json?: boolean
}

/** What a command reaches of the deployment. Everything is made when it is first asked for. */
export type CliContext = {
  readonly options: GlobalOptions
  now(): number
  /** As it is given, or as the environment or the profile has it; undefined where nothing says. */
  region(): Promise<string | undefined>
  /** The datasets and destinations of icecore.config.ts. */
  config(): Promise<IcecoreConfig>
  bucket(use: 'hot' | 'archive' | 'rehydrated'): Promise<S3Bucket>
  catalog(): DynamoTable & { now(): number }
  /** Finds queues by what they are for, such as `records` or `seal.fifo`. */
  queues(): { readonly sqs: SQSClient; readonly urlOf: (use: string) => Promise<string> }
  queue(use: string): Promise<{ readonly sqs: SQSClient; readonly url: string }>
  /** The HTTP API. */
  client(): Promise<Client>
  close(): void
}

/** The simulator's own. */
const SIMULATOR_CREDENTIALS = { accessKeyId: 'icecore', secretAccessKey: 'icecore-local' }

export type Environment = Readonly<Record<string, string | undefined>>

/** Remembers what is made the first time. */
const once = <Made>(make: () => Made): (() => Made) => {
  let made: { readonly value: Made } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** How the SDK says so: the first has no name of its own. */
const isRegionMissing = (error: unknown): boolean =>
  error instanceof Error && error.message === 'Region is missing'
const areCredentialsMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'CredentialsProviderError'

const readConfig = async (): Promise<IcecoreConfig> => {
  try {
    return (await import('../icecore.config.ts')).default
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Failure(`icecore.config.ts: ${reason}`, { cause })
  }
}

export const makeContext = (options: GlobalOptions, environment: Environment): CliContext => {
  const endpoint = options.endpoint ?? environment.AWS_ENDPOINT_URL
  const isSimulator = endpoint !== undefined && isLoopback(endpoint)
  const region = options.region ?? (environment.AWS_REGION || (isSimulator ? 'us-east-1' : undefined))
  const settings = {
    maxAttempts: 4,
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(isSimulator && !environment.AWS_ACCESS_KEY_ID && { credentials: SIMULATOR_CREDENTIALS }),
  }
  const clients: { destroy(): void }[] = []
  const kept = <Client extends { destroy(): void }>(client: Client): Client => {
    clients.push(client)
    return client
  }
  const s3 = once(() =>
    kept(new S3Client({ ...settings, ...(endpoint !== undefined && { forcePathStyle: true }) })),
  )
  const sqs = once(() => kept(new SQSClient(settings)))
  const documents = once(() =>
    DynamoDBDocumentClient.from(kept(new DynamoDBClient(settings)), {
      marshallOptions: { removeUndefinedValues: true },
    }),
  )

  const findRegion = async () => {
    try {
      return await s3().config.region()
    } catch (error) {
      if (isRegionMissing(error)) return undefined
      throw error
    }
  }
  const needRegion = async () => {
    const found = await findRegion()
    if (found === undefined) throw new Failure('there is no region: give --region, or set AWS_REGION.')
    return found
  }
  const findAccount = async () => {
    const { Account } = await kept(new STSClient(settings)).send(new GetCallerIdentityCommand({}))
    if (Account === undefined) throw new Failure('AWS does not say which account this is: give --account.')
    return Account
  }
  const place = once(
    async (): Promise<Place> => ({
      stage: options.stage,
      region: await needRegion(),
      account: options.account ?? (await findAccount()),
    }),
  )
  const urlOf = async (use: string) => {
    const { QueueUrl } = await sqs().send(new GetQueueUrlCommand({ QueueName: queueName(use, options) }))
    if (QueueUrl === undefined) throw new Failure(`SQS does not say where the queue ${use} is.`)
    return QueueUrl
  }
  const now = () => Date.now()
  const client = once(async () => {
    const credentials = () => s3().config.credentials()
    // who has set nothing up is told where the address stands, and not what the question would have needed
    const askStack = async () => {
      const found = await findRegion()
      if (found === undefined) return undefined
      const of = { stack: stackName(options), region: found, credentials, now, ...(endpoint && { endpoint }) }
      try {
        return await findStackOutput('HttpApiUrl', of)
      } catch (error) {
        if (areCredentialsMissing(error)) return undefined
        throw error
      }
    }
    const apiUrl = await findApiUrl(options, environment, askStack)
    return makeClient({ endpoint: apiUrl, region: await needRegion(), credentials })
  })

  return {
    options,
    now,
    region: findRegion,
    config: once(readConfig),
    bucket: async (use) => {
      const at = await place()
      return { s3: s3(), bucket: bucketName(use, at), owner: at.account }
    },
    catalog: () => ({ documents: documents(), table: tableName(options), now }),
    queues: () => ({ sqs: sqs(), urlOf }),
    queue: async (use) => ({ sqs: sqs(), url: await urlOf(use) }),
    client,
    close: () => {
      for (const client of clients) client.destroy()
    },
  }
}
