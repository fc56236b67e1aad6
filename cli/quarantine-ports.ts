import { makeDynamoQuarantineUnits } from '../shared/adapters/aws/dynamo-quarantine.ts'
import { makeS3Lister } from '../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3SegmentReader } from '../shared/adapters/aws/s3-segment-reader.ts'
import { makeDeadLetterObjects } from '../shared/adapters/dead-letter-store.ts'
import { makeQuarantineObjects } from '../shared/adapters/quarantine-store.ts'
import type { CliContext } from './context.ts'

/** What it takes to look into quarantine. */
export const readQuarantine = async (context: CliContext) => {
  const archive = await context.bucket('archive')
  const from = { reader: makeS3SegmentReader(archive), lister: makeS3Lister(archive) }
  return {
    index: makeDynamoQuarantineUnits(context.catalog()),
    objects: makeQuarantineObjects(from),
    letters: makeDeadLetterObjects(from),
  }
}
