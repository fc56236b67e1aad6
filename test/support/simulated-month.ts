import { join } from 'node:path'
import { paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import { DAY } from '../../shared/domain/duration.ts'
import { makeCloud } from '../../simulator/cloud.ts'
import { startEnvironment } from '../../simulator/host/runtime/environment.ts'
import { startHost } from '../../simulator/host/start-host.ts'
import { collect } from './archive-facts.ts'
import { connect } from './deployed-icecore.ts'

export type MonthOptions = {
  readonly days: number
  readonly batchesPerDay: number
  readonly messagesPerBatch: number
  readonly recordsPerMessage: number
  /** Of one record's text. */
  readonly recordBytes: number
  /** Schedules fire when so many ms have passed, and not as often as they are deployed. */
  readonly stride: number
}

/** Text that packs no better than a hash does, the same in every run. */
const makeNoise = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state.toString(36)
  }
}

const START = Date.parse('2030-01-01T00:00:00Z')
const ROOT = join(import.meta.dirname, '../..')
const DATASET = 'earthquakes'

const makeRecords = (recordBytes: number) => {
  const noise = makeNoise(7)
  let number = 0
  return (time: number) => {
    number += 1
    const head = `{"id":"q-${number}","properties":{"time":${time}},"note":"`
    let note = ''
    while (note.length < recordBytes) note += noise()
    return `${head}${note.slice(0, recordBytes - head.length - 2)}"}`
  }
}

/** Plays days of the deployed icecore that gets the same every day: what ran, what is stored, and the invoice. */
export const simulateMonth = async (options: MonthOptions) => {
  const { days, batchesPerDay, messagesPerBatch, recordsPerMessage, recordBytes, stride } = options
  const cloud = await makeCloud({ start: START, seed: 1 })
  const runs = new Map<string, number>()
  const host = await startHost(cloud, ROOT, {
    concurrency: 1,
    startEnvironment: (setup) => {
      const environment = startEnvironment(setup)
      const { name } = setup.definition
      return {
        ...environment,
        invoke: async (event) => {
          runs.set(name, (runs.get(name) ?? 0) + 1)
          return environment.invoke(event)
        },
      }
    },
  })
  const failures: string[] = []
  host.onFailure(({ functionName, reason }) => failures.push(`${functionName}: ${reason}`))
  const connection = connect(cloud.endpoint)
  const { sqs, s3, recordsUrl, archiveBucket } = connection
  const makeRecord = makeRecords(recordBytes)
  try {
    for (let batch = 0; batch < days * batchesPerDay; batch += 1) {
      await host.runUntil(START + (batch * DAY) / batchesPerDay + 5 * 60_000, { stride })
      for (let message = 0; message < messagesPerBatch; message += 1) {
        const MessageBody = Array.from({ length: recordsPerMessage }, () =>
          makeRecord(cloud.clock.now()),
        ).join('\n')
        const MessageAttributes = { dataset: { DataType: 'String', StringValue: DATASET } }
        await sqs.send(new SendMessageCommand({ QueueUrl: recordsUrl, MessageBody, MessageAttributes }))
      }
    }
    await host.runUntil(START + days * DAY, { stride })
    const invoice = cloud.invoice()
    const objects = await collect(paginateListObjectsV2({ client: s3 }, { Bucket: archiveBucket }))
    const stored = objects.flatMap(({ Contents = [] }) =>
      Contents.map(({ Key = '', Size = 0, StorageClass = '' }) => ({
        key: Key,
        bytes: Size,
        storageClass: StorageClass,
      })),
    )
    return { failures, runs, invoice, stored }
  } finally {
    connection.close()
    await host.close()
    await cloud.close()
  }
}
