import { readHotKeys } from '../functions/keep-dead-letters/event.ts'
import { makeDynamoHotObjects, makeDynamoSetAside } from '../shared/adapters/aws/dynamo-hot-objects.ts'
import {
  makeDynamoQuarantineRegister,
  makeDynamoQuarantineUnits,
} from '../shared/adapters/aws/dynamo-quarantine.ts'
import { makeS3Lister } from '../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3HotDrop, makeS3HotStore } from '../shared/adapters/aws/s3-hot-store.ts'
import { makeS3SegmentReader } from '../shared/adapters/aws/s3-segment-reader.ts'
import { makeS3SegmentWriter } from '../shared/adapters/aws/s3-segment-writer.ts'
import { makeObjectsQueue, makeRecordsQueue } from '../shared/adapters/aws/sqs-queues.ts'
import { makeSqsRedrive } from '../shared/adapters/aws/sqs-redrive.ts'
import { makeDeadLetterMarks, makeDeadLetterObjects } from '../shared/adapters/dead-letter-store.ts'
import {
  makeQuarantine,
  makeQuarantineMarks,
  makeQuarantineObjects,
} from '../shared/adapters/quarantine-store.ts'
import type { RetryDeadLetterDeps } from '../shared/use-cases/retry-dead-letter.ts'
import type { RetryUnitDeps } from '../shared/use-cases/retry-unit.ts'
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

/** What it takes to send what is in quarantine again. */
export const sendQuarantined = async (context: CliContext): Promise<RetryUnitDeps & RetryDeadLetterDeps> => {
  const catalog = context.catalog()
  const hot = await context.bucket('hot')
  const writer = makeS3SegmentWriter(await context.bucket('archive'))
  const to = { writer, register: makeDynamoQuarantineRegister(catalog) }
  return {
    ...(await readQuarantine(context)),
    config: await context.config(),
    quarantine: makeQuarantine(to),
    marks: makeQuarantineMarks(to),
    letterMarks: makeDeadLetterMarks({ writer }),
    recordsQueue: makeRecordsQueue(await context.queue('records')),
    objectsQueue: makeObjectsQueue(await context.queue('objects')),
    redrive: makeSqsRedrive(context.queues()),
    hot: makeS3HotStore(hot),
    hotDrop: makeS3HotDrop(hot),
    hotKeysOf: readHotKeys(hot.bucket),
    register: { ...makeDynamoHotObjects(catalog), ...makeDynamoSetAside(catalog) },
    now: context.now,
  }
}
