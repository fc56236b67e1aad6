import { randomBytes } from 'node:crypto'
import { DeleteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoQuarantineBooks } from '../../shared/adapters/aws/dynamo-quarantine.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3Documents } from '../../shared/adapters/aws/s3-documents.ts'
import { makeS3Quarantine } from '../../shared/adapters/aws/s3-quarantine.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeS3SegmentWriter } from '../../shared/adapters/aws/s3-segment-writer.ts'
import { makeMemoryScratch } from '../../shared/adapters/memory/memory-scratch.ts'
import { makeSnapshots } from '../../shared/adapters/snapshot-store.ts'
import { digestTexts } from '../../shared/codec/digest.ts'
import { landRecords } from '../../shared/use-cases/land-records.ts'
import { readLedger } from '../../shared/use-cases/read-ledger.ts'
import { sealPartition } from '../../shared/use-cases/seal-partition.ts'
import { accountId } from '../../simulator/account.ts'
import { openWire } from '../contracts/archive-backend.ts'
import { bodiesOf, readAll } from '../support/archive-facts.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'
import { makeCliRunner } from '../support/run-icecore.ts'

const DAY = 86_400_000

let wire: Awaited<ReturnType<typeof openWire>>
beforeAll(async () => {
  wire = await openWire()
})
afterAll(() => wire.close())

const silent = { sealed: () => undefined, duplicatesDropped: () => undefined }

it('[F17] makes a table that was emptied what it was before, over the wire, and says how far it is', async () => {
  const { s3, dynamo, output, cloud } = wire
  const archive = { s3, bucket: output('ArchiveBucketName'), owner: accountId }
  const documents = makeS3Documents(archive)
  const [log, registry] = [makeDynamoCommitLog(dynamo), makeDynamoRegistry(dynamo)]
  const [reader, writer] = [makeS3SegmentReader(archive), makeS3SegmentWriter(archive)]
  const deps = { log, registry, reader, writer, random: randomBytes }
  const dataset = aDataset()
  const land = (id: string, time: number) =>
    landRecords({ ...deps, now: () => NOON })({
      dataset,
      partition: new Date(time).toISOString().slice(0, 10),
      records: [aRecord({ id, time }), aRecord({ id: `${id}-2`, time })],
      source: 'test',
    })
  for (const id of ['a', 'b']) await land(id, NOON)
  await land('c', NOON - DAY)
  const scratch = makeMemoryScratch()
  const snapshots = makeSnapshots(documents)
  const seal = sealPartition({ ...deps, scratch, snapshots, metrics: silent, now: () => NOON + 2 * DAY })
  expect(await seal(dataset, { partition: '2024-03-10' })).toBe('sealed')
  const item = {
    dataset: 'orders',
    reason: 'x',
    detail: 'y',
    text: 'z',
    encoding: 'utf8',
    header: null,
    source: 's',
  } as const
  const unit = { dataset: 'orders', unit: 'u', items: [item], digest: digestTexts(['z']), at: NOON }
  await makeS3Quarantine({ ...dynamo, writer }).keep(unit)
  const ledger = () => readLedger({ log, registry, quarantine: makeDynamoQuarantineBooks(dynamo) })('orders')
  const world = { catalog: { log, registry }, archive: { reader } }
  const [books, records] = [await ledger(), bodiesOf(await readAll(world))]
  expect(books).toMatchObject({ received: { count: 7 }, quarantined: { count: 1 }, balanced: true })

  const { Items = [] } = await dynamo.documents.send(new ScanCommand({ TableName: dynamo.table }))
  for (const { pk, sk } of Items)
    await dynamo.documents.send(new DeleteCommand({ TableName: dynamo.table, Key: { pk, sk } }))
  expect(await readAll(world)).toEqual([])

  const icecore = makeCliRunner(cloud.endpoint)
  const tried = await icecore('rebuild-catalog', '--dry-run', '--json')
  expect(tried).toMatchObject({ status: 0, err: '2 of 2 partitions\n' })
  expect(JSON.parse(tried.out)).toMatchObject({ dryRun: true, partitions: 2, quarantined: 1, failed: [] })
  expect(await readAll(world)).toEqual([])

  const done = await icecore('rebuild-catalog')
  expect(done.status).toBe(0)
  expect(done.out).toContain('2 partitions in the bucket.')
  expect(await ledger()).toEqual(books)
  expect(bodiesOf(await readAll(world))).toEqual(records)
  expect(await icecore('rebuild-catalog')).toMatchObject({ status: 0 })

  const odd = 'landing/dataset=orders/partition=2024-03-10/01HRM3SP30000000000000000X.parquet'
  wire.s3Model.putObject({ bucket: archive.bucket, key: odd, body: Buffer.from('x') })
  const again = await icecore('rebuild-catalog')
  expect(again.status).toBe(1)
  expect(again.out).toContain(`does not tell what it is: ${odd}`)
})
