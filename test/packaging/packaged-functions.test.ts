import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { bundleFunctions } from '../../scripts/bundle-functions.ts'
import { accountId } from '../../simulator/account.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import { lambdaVariables } from '../../simulator/host/runtime/lambda-variables.ts'
import { openWire } from '../contracts/archive-backend.ts'

const root = join(import.meta.dirname, '../..')
const scratch = mkdtempSync(join(tmpdir(), 'icecore-packaged-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** What the handler answers to an event, in a process that has nothing but the bundle and the function's variables. */
const SCRIPT = `
  const [file, event] = process.argv.slice(1)
  const { handler } = await import(file)
  const context = { awsRequestId: 'r', functionName: 'f', memoryLimitInMB: '512', getRemainingTimeInMillis: () => 60_000 }
  const answer = await handler(JSON.parse(event), context)
  process.stdout.write('\\nanswer ' + JSON.stringify(answer))`

const invoke = async (endpoint: string, name: string, event: object): Promise<string> => {
  const definition = loadDeployment(root, { endpoint }).functions.find((each) => each.name === name)
  if (definition === undefined) throw new Error(`${name} is not deployed`)
  const env = lambdaVariables(definition, {
    endpoint,
    credentials: DEFAULT_CREDENTIALS,
    root: scratch,
    tmp: scratch,
  })
  const file = join(scratch, `${name}.mjs`)
  const given = ['--input-type=module', '--eval', SCRIPT, file, JSON.stringify(event)]
  const { stdout } = await promisify(execFile)(process.execPath, given, { env })
  return stdout.slice(stdout.lastIndexOf('\nanswer ') + '\nanswer '.length)
}

const ask = (routeKey: string, body?: object) => ({
  routeKey,
  rawQueryString: '',
  headers: { 'idempotency-key': 'once' },
  pathParameters: { dataset: 'earthquakes' },
  ...(body !== undefined && { body: JSON.stringify(body) }),
  isBase64Encoded: false,
  requestContext: {
    requestId: 'r',
    authorizer: { iam: { accountId, userArn: `arn:aws:iam::${accountId}:user/u`, userId: 'u' } },
  },
})

const message = (body: object) => ({
  messageId: 'm',
  receiptHandle: 'h',
  body: JSON.stringify(body),
  attributes: {
    ApproximateReceiveCount: '1',
    SentTimestamp: '1517966773840',
    SenderId: 's',
    ApproximateFirstReceiveTimestamp: '1517966773840',
  },
  messageAttributes: { dataset: { stringValue: 'earthquakes', dataType: 'String' } },
  md5OfBody: '',
  eventSource: 'aws:sqs',
  eventSourceARN: `arn:aws:sqs:us-east-1:${accountId}:icecore-dev-records`,
  awsRegion: 'us-east-1',
})

test('what is left of the AWS SDK in a bundle archives a record, has it in its books, and begins a rehydration of it', async () => {
  const wire = await openWire()
  try {
    const { endpoint } = wire.cloud
    for (const { name, code } of await bundleFunctions(root, ['age-records', 'archive-api']))
      writeFileSync(join(scratch, `${name}.mjs`), code)
    const record = { id: 'x1', properties: { time: 1_517_966_773_840 } }
    const aged = await invoke(endpoint, 'age-records', { Records: [message(record)] })
    expect(JSON.parse(aged)).toEqual({ batchItemFailures: [] })
    const ledger = JSON.parse(await invoke(endpoint, 'archive-api', ask('GET /datasets/{dataset}/ledger')))
    expect(JSON.parse(ledger.body)).toMatchObject({ balanced: true, archived: { records: 1 } })
    const select = { from: '2018-02-01', to: '2018-03-01' }
    const request = { dataset: 'earthquakes', destination: 'analysts', select }
    const begun = JSON.parse(await invoke(endpoint, 'archive-api', ask('POST /rehydrations', request)))
    expect([begun.statusCode, JSON.parse(begun.body).status]).toEqual([202, 'accepted'])
    expect(wire.cloud.sqs.counts(`arn:aws:sqs:us-east-1:${accountId}:icecore-dev-thaw`).visible).toBe(1)
  } finally {
    await wire.close()
  }
}, 60_000)
