import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import { makeSqliteSqsStore } from '../../../simulator/sqs/sqlite-store.ts'
import { makeSqsModel } from '../../../simulator/sqs/sqs-model.ts'

/** Sends, and writes down each body once its sending was answered, until it is killed. */
const [, , file = ''] = process.argv
const sqs = makeSqsModel({
  now: Date.now,
  meter: { add: () => undefined },
  store: makeSqliteSqsStore(file),
  newId: randomUUID,
})
const queue = sqs.createQueue('orders')
for (let count = 0; ; count++) {
  const body = `message ${count}`
  sqs.send(queue, { body })
  writeSync(1, `${body}\n`)
}
