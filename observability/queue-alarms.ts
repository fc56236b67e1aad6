import type { Alarm } from './alarm.ts'
import { QUEUES, type WatchedQueue } from './deployed.ts'
import { series } from './series.ts'

const ageOf = ({ id, name, worker, oldest }: WatchedQueue): Alarm => ({
  id: `${id}Age`,
  name: `${name}-queue-age`,
  urgency: 'page',
  means: `A message has waited in the ${name} queue for longer than ${oldest / 3600} h: ${worker} does not keep up, or fails.`,
  act: `look whether ${worker} fails or is throttled; if it only has too much to do, raise the maximumConcurrency of its queue (docs/operate.md, Limits).`,
  of: [series.queue('ApproximateAgeOfOldestMessage', id)],
  statistic: 'Maximum',
  comparison: 'above',
  threshold: oldest,
  period: 300,
  periods: 3,
  bad: 3,
  silence: 'fine',
})

const deadLettersOf = ({ deadLettersId, name }: WatchedQueue): Alarm => ({
  id: `${deadLettersId}Depth`,
  name: `${name}-dead-letters`,
  urgency: 'page',
  means: `The dead letters of the ${name} queue are not drained: keep-dead-letters, which keeps them in the bucket, fails. SQS deletes them 14 days after they were first sent.`,
  act: 'mend keep-dead-letters first: run the saved query "errors". Once it runs it keeps all that is waiting.',
  of: [series.queue('ApproximateNumberOfMessagesVisible', deadLettersId)],
  statistic: 'Maximum',
  comparison: 'at-least',
  threshold: 1,
  period: 300,
  periods: 6,
  bad: 6,
  silence: 'fine',
})

export const queueAlarms: readonly Alarm[] = QUEUES.flatMap((queue) => [ageOf(queue), deadLettersOf(queue)])
