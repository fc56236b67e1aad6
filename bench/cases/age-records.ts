import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { ageRecords } from '../../shared/use-cases/age-records.ts'
import { makeBenchArchive } from '../support/archive.ts'
import type { Case } from '../support/case.ts'
import { median } from '../support/judge.ts'
import { writeOrders } from '../support/orders.ts'

const RECORDS = 5000
const MESSAGES = 50
/** V8 is done with compiling after some twenty: a function that is warm has had as many batches within a minute. */
const ROUNDS = 50
const WARM_AFTER = 25

/** A warm function's batch, and beside it those of one that has just started. A cold start is a case of its own. */
const icecore = async (folder: string) => {
  const texts = z.array(z.string()).parse(JSON.parse(await readFile(join(folder, 'messages.json'), 'utf8')))
  const messages = texts.map((text, index) => ({
    messageId: `m-${index}`,
    text,
    dataset: 'flights',
    sentAt: Date.now(),
  }))
  const age = ageRecords(makeBenchArchive({ keep: false }))
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage()
    const { done } = await age(messages)
    const { user, system } = process.cpuUsage(before)
    took.push((user + system) / 1000)
    if (done.size !== messages.length) throw new Error(`${done.size} of ${messages.length} messages are done`)
  }
  const figures = {
    cpuMsOfABatch: median(took.slice(WARM_AFTER)),
    cpuMsOfTheFirst: took[0] ?? Number.NaN,
    cpuMsOfTheNextTen: median(took.slice(1, 11)),
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  }
  return { figures, megabytes: (ROUNDS * texts.reduce((sum, text) => sum + text.length, 0)) / 1e6 }
}

export const ageRecordsCase: Case = {
  name: 'age-records',
  what: `${ROUNDS} batches in a row of ${RECORDS} inline records in ${MESSAGES} messages, of one partition`,
  goals: [
    { kind: 'figure', figure: 'cpuMsOfABatch', atMost: 150 },
    { kind: 'figure', figure: 'peakMegabytes', atMost: 512 },
  ],
  prepare: async (folder) => {
    const path = join(folder, 'orders.ndjson')
    await writeOrders(path, 6)
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, RECORDS)
    const perMessage = RECORDS / MESSAGES
    const messages = Array.from({ length: MESSAGES }, (_, index) =>
      lines.slice(index * perMessage, (index + 1) * perMessage).join('\n'),
    )
    await writeFile(join(folder, 'messages.json'), JSON.stringify(messages))
  },
  contenders: { icecore },
}
