import { DAY } from '../../shared/domain/duration.ts'
import { NO_TERMS } from '../../shared/domain/rehydration-terms.ts'
import { planRehydration } from '../../shared/use-cases/plan-rehydration.ts'
import { NOON } from '../support/builders.ts'
import { aRequest } from '../support/rehydration-world.ts'
import { aRange } from '../support/selections.ts'
import { aSparseArchive } from '../support/sparse-archive.ts'

// Plans a rehydration of as many partitions and segments as its arguments say, in a process of its own, and tells a line of JSON
// about it. The archive is made while it is looked at, so that the memory that is taken is that of the use case.

const [partitions, segmentsEach] = process.argv.slice(2).map(Number)
if (partitions === undefined || segmentsEach === undefined) throw new Error('expected two numbers')

const archive = aSparseArchive(partitions, segmentsEach)
const id = '01HRKZ0000000000000000ABCD'
const request = aRequest({ selection: aRange(NOON - 10_000 * DAY, NOON + DAY), tier: 'Bulk' })
await archive.ports.rehydrations.create(
  { id, request, caller: 'tester', acceptedAt: NOON, state: { name: 'accepted' }, terms: NO_TERMS },
  NOON,
)
const outcome = await planRehydration(archive.ports)(id)
const { maxRSS } = process.resourceUsage()
console.log(
  JSON.stringify({
    outcome,
    ...archive.tally(),
    jobs: archive.made.size,
    longestList: Math.max(...archive.lists.values()),
    tasks: archive.thawQueue.receive().length,
    megabytes: Math.round(maxRSS / 1024),
  }),
)
