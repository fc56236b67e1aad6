import { DEFAULT_CREDENTIALS } from '../simulator/host/host.ts'
import type { Session } from './session.ts'

const howToCall = ({ host, cloud }: Session, archive: string): string => {
  const { accessKeyId, secretAccessKey } = DEFAULT_CREDENTIALS
  return `
icecore is up, with ${archive}.

  API       ${host.apiUrl}
  AWS       ${cloud.endpoint} (S3, SQS and DynamoDB, for any SDK or CLI)
  time      ${new Date(cloud.clock.now()).toISOString()} there, and it moves as fast as ours

In another terminal:

  export AWS_ENDPOINT_URL=${cloud.endpoint}
  npm run icecore -- datasets
  npm run icecore -- ledger flights
  npm run icecore -- segments flights --limit 3
  npm run icecore -- get earthquakes ci37868143

Ask for the flights of a day, which are in DEEP_ARCHIVE. It shows how they come along:

  npm run icecore -- quote flights --from 2001-01-03 --to 2001-01-04
  npm run icecore -- rehydrate flights --from 2001-01-03 --to 2001-01-04 --destination analysts --output flights/

Half a day after it says "thawing" they are readable. Leap there, in a third terminal:

  curl -sS -X POST ${cloud.endpoint}/_simulator/leap -d '{"by": "13h"}'

Archive one more record. Some seconds later it can be asked for:

  echo '{"id":"x1","properties":{"time":1517966773840}}' | npm run icecore -- put earthquakes
  npm run icecore -- get earthquakes x1

docs/cli.md has all commands, docs/api.md the API for curl. Any AWS SDK or CLI signs with

  export AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey} AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1

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
