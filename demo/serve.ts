import { DEFAULT_CREDENTIALS } from '../simulator/host/host.ts'
import type { Session } from './session.ts'

const howToCall = ({ host, cloud, output }: Session, archive: string): string => {
  const { accessKeyId, secretAccessKey } = DEFAULT_CREDENTIALS
  return `
icecore is up, with ${archive}.

  API       ${host.apiUrl}
  AWS       ${cloud.endpoint} (S3, SQS and DynamoDB, for any SDK or CLI)
  time      ${new Date(cloud.clock.now()).toISOString()} there, and it moves as fast as ours

In another terminal:

  export AWS_ENDPOINT_URL=${cloud.endpoint} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}
  sign() { curl -sS --aws-sigv4 aws:amz:us-east-1:execute-api --user ${accessKeyId}:${secretAccessKey} "$@"; echo; }

  sign '${host.apiUrl}/datasets'
  sign '${host.apiUrl}/datasets/flights/ledger'
  sign '${host.apiUrl}/datasets/flights/segments?limit=3'
  sign '${host.apiUrl}/datasets/earthquakes/records/ci37868143'

Ask for the flights of a day, which are in DEEP_ARCHIVE, and repeat the second line until it says "thawing":

  sign ${host.apiUrl}/rehydrations -H 'content-type: application/json' -d '{
    "dataset": "flights", "destination": "analysts", "format": "parquet", "tier": "Standard",
    "select": {"from": "2001-01-03T00:00:00Z", "to": "2001-01-04T00:00:00Z"}}'
  sign '${host.apiUrl}/rehydrations?limit=1'

Half a day later they are thawed. Leap there, and ask again until it says "completed":

  curl -sS -X POST ${cloud.endpoint}/_simulator/leap -d '{"by": "13h"}'
  sign '${host.apiUrl}/rehydrations?limit=1'
  aws --endpoint-url $AWS_ENDPOINT_URL s3 ls --recursive s3://${output('RehydratedBucketName')}/

Archive one more record. Some seconds later it can be asked for:

  aws --endpoint-url $AWS_ENDPOINT_URL sqs send-message --queue-url ${output('RecordsQueueUrl')} \\
    --message-body '{"dataset":"earthquakes","records":[{"id":"x1","properties":{"time":1517966773840}}]}'
  sign '${host.apiUrl}/datasets/earthquakes/records/x1'

Ctrl-C ends it.
`
}

/** Keeps the clock and the API running until the process is told to stop. `archive` says what is in it. */
export const serve = async (session: Session, archive: string, out: NodeJS.WritableStream): Promise<void> => {
  out.write(howToCall(session, archive))
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}
