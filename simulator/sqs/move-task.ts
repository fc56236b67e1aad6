import type { Queue } from './queue.ts'
import { parseRedrivePolicy } from './queue-attributes.ts'
import type { QueueRegistry } from './queue-registry.ts'
import { SqsError } from './sqs-error.ts'
import type { SqsStore } from './store.ts'

export type MoveTask = {
  readonly handle: string
  readonly sourceArn: string
  readonly destinationArn?: string
  readonly status: 'COMPLETED' | 'FAILED'
  readonly moved: number
  readonly toMove: number
  readonly startedAt: number
  readonly failureReason?: string
}

/** "A list containing up to 10 of the most recent" tasks of a source (API_ListMessageMoveTasks). */
const keptTasks = 10

/**
 * Dead-letter queue redrive. AWS moves in the background; here all visible messages are moved at once, in order.
 * "Redriven messages are considered new messages with a new messageID and enqueueTime."
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
 */
export const makeMoveTasks = (store: SqsStore, registry: QueueRegistry, newId: () => string) => {
  const tasks: MoveTask[] = []

  const isDeadLetterQueue = (arn: string) =>
    registry
      .all()
      .some((queue) => parseRedrivePolicy(queue.attributes().RedrivePolicy)?.deadLetterTargetArn === arn)

  const moveAll = (source: Queue, destinationArn: string | undefined, now: number) => {
    let moved = 0
    let stuck: string | undefined
    for (const { content } of source.visibleMessages()) {
      const target = registry.findByArn(destinationArn ?? content.deadLetterSource ?? '')
      if (target === undefined) {
        stuck = 'CouldNotDetermineMessageSource'
        continue
      }
      const { deadLetterSource: _, ...rest } = content
      const message = source.find(content.id)
      if (message !== undefined) source.remove(message)
      target.add({ ...rest, id: newId(), sentAt: now, sequence: target.nextSequence() }, now, now)
      moved += 1
    }
    return { moved, stuck }
  }

  return {
    start: (source: Queue, destinationArn: string | undefined, now: number): string => {
      if (!isDeadLetterQueue(source.arn)) {
        const message = 'Source queue must be configured as a Dead Letter Queue.'
        throw new SqsError('InvalidParameterValue', message)
      }
      if (destinationArn !== undefined && registry.findByArn(destinationArn) === undefined) {
        throw new SqsError(
          'ResourceNotFoundException',
          "The resource that you specified for the DestinationArn parameter doesn't exist.",
        )
      }
      const toMove = source.counts().visible
      const { moved, stuck } = store.atomically(() => moveAll(source, destinationArn, now))
      const handle = Buffer.from(`${newId()}/${source.name}`).toString('base64')
      tasks.unshift({
        handle,
        sourceArn: source.arn,
        ...(destinationArn === undefined ? {} : { destinationArn }),
        status: stuck === undefined ? 'COMPLETED' : 'FAILED',
        moved,
        toMove,
        startedAt: now,
        ...(stuck === undefined ? {} : { failureReason: stuck }),
      })
      return handle
    },
    list: (sourceArn: string): readonly MoveTask[] =>
      tasks.filter((task) => task.sourceArn === sourceArn).slice(0, keptTasks),
  }
}
