import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { ApiProblem } from 'icecore/client'
import { inBucket } from '../../shared/adapters/aws/s3-bucket.ts'
import { probeRecord } from '../../shared/domain/canary.ts'
import { messageOf } from '../../shared/domain/message-of.ts'
import type { AddCommand, CommandContext } from '../command.ts'
import { downloadFiles } from '../download.ts'
import { Failure } from '../failure.ts'
import { readSeconds } from '../options.ts'
import { sendBatch } from '../send-messages.ts'
import { watchRehydration } from '../watch.ts'

type Options = { readonly patience: string }

type Probe = ReturnType<typeof probeRecord>

const LOOK_EVERY_MS = 2000

/** The record as the archive has it; undefined while it has none. */
const look = async (context: CommandContext, dataset: string, { id, time }: Probe) => {
  try {
    return await (await context.client()).record(dataset, id, { time: new Date(time).toISOString() })
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return undefined
    throw error
  }
}

const expectSame = (where: string, found: string, sent: string) => {
  if (found !== sent) throw new Failure(`${where} is not what was sent: ${JSON.stringify(found)}`)
}

/** Waits until the archive has it, to the byte. Gives how long that took, in ms. */
const awaitArchived = async (context: CommandContext, dataset: string, probe: Probe, patience: number) => {
  const began = performance.now()
  for (;;) {
    const found = await look(context, dataset, probe)
    const took = Math.round(performance.now() - began)
    if (found !== undefined) {
      expectSame('what the archive has', Buffer.from(found.body).toString('utf8'), probe.body)
      return took
    }
    if (took > patience * 1000)
      throw new Failure(`${probe.id} is not in the archive after ${patience} s: look at the records queue.`)
    await sleep(LOOK_EVERY_MS)
  }
}

/** Has it delivered, downloads that, and compares. */
const bringBack = async (context: CommandContext, id: string, probe: Probe, folder: string) => {
  const { status } = await watchRehydration(context, id)
  if (status !== 'completed') throw new Failure(`rehydration ${id} is ${status}.`)
  const paths = await downloadFiles(context, id, folder)
  const parts = await Promise.all(paths.map((path) => readFile(path, 'utf8')))
  expectSame('what was delivered', parts.join(''), `${probe.body}\n`)
}

/** Deletes what was delivered: copies, of which the archive has the record. */
const removeDelivered = async (context: CommandContext, id: string) => {
  const { files, manifest } = await (await context.client()).files(id)
  const bucket = await context.bucket('rehydrated')
  const keys = [...files.map(({ key }) => key), ...(manifest === null ? [] : [manifest.key])]
  for (const Key of keys) await bucket.s3.send(new DeleteObjectCommand({ ...inBucket(bucket), Key }))
  context.progress(`removed ${keys.length} delivered objects`)
}

const smoke = async (context: CommandContext, patience: number) => {
  const { canary, datasets } = await context.config()
  const dataset = datasets.get(canary?.dataset ?? '')
  if (canary === undefined || dataset === undefined)
    throw new Failure('icecore.config.ts has no canary, whose dataset and destination the smoke test uses.')
  const probe = probeRecord(dataset, `smoke-${randomUUID()}`, context.now())
  await sendBatch({ ...(await context.queue('records')), dataset: dataset.name }, [
    { body: probe.body, bytes: Buffer.byteLength(probe.body), records: 1 },
  ])
  context.progress(`sent ${probe.id}`)
  const archivedMs = await awaitArchived(context, dataset.name, probe, patience)
  context.progress(`archived within ${archivedMs} ms`)
  const client = await context.client()
  const began = performance.now()
  const select = { ids: [{ id: probe.id, time: probe.time }] }
  const { id } = await client.rehydrate({
    dataset: dataset.name,
    destination: canary.destination,
    select,
    format: 'ndjson',
    compression: 'none',
  })
  const folder = await mkdtemp(join(tmpdir(), 'icecore-smoke-'))
  try {
    await bringBack(context, id, probe, folder)
  } catch (error) {
    // this is what went wrong, whatever becomes of the rest
    await removeDelivered(context, id).catch((reason: unknown) =>
      context.progress(`what was delivered could not be removed: ${messageOf(reason)}`),
    )
    throw error
  } finally {
    await rm(folder, { recursive: true })
  }
  const rehydratedMs = Math.round(performance.now() - began)
  context.progress(`rehydrated within ${rehydratedMs} ms, the same to the byte`)
  await removeDelivered(context, id)
  return { id: probe.id, rehydrationId: id, archivedMs, rehydratedMs }
}

export const addSmoke: AddCommand = (parent, act) => {
  parent
    .command('smoke')
    .description(
      'send a record through the whole deployment and back, compare it, and remove what was delivered',
    )
    .option('--patience <seconds>', 'how long the archive may take to have it', '300')
    .addHelpText(
      'after',
      `
It uses the dataset and the destination of the canary. The record itself stays until its retention.`,
    )
    .action(
      act(async (context, options: Options) => {
        const json = await smoke(context, readSeconds('patience', options.patience))
        return {
          json,
          text: `All is well: ${json.id} was archived within ${json.archivedMs} ms and came back within ${json.rehydratedMs} ms, the same to the byte.`,
        }
      }),
    )
}
