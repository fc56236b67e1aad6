import type { SqsModel } from '../../../simulator/sqs/sqs-model.ts'
import type { Replay } from '../../ports/replay.ts'
import { isRefusal } from '../sqs-refusals.ts'

/** The queues of destinations on the simulated SQS, in process; named by their ARNs. */
export const makeMemoryReplay = (sqs: SqsModel): Replay => ({
  send: async (queue, messages) =>
    sqs
      .sendBatch(
        queue,
        messages.map(({ body, attributes, dedupKey, group }) => ({
          body,
          attributes: new Map(
            Object.entries(attributes).map(([name, stringValue]) => [
              name,
              { dataType: 'String', stringValue },
            ]),
          ),
          groupId: group,
          ...(queue.endsWith('.fifo') && { deduplicationId: dedupKey }),
        })),
      )
      .map((outcome) => {
        if ('answer' in outcome) return 'sent'
        if (isRefusal(outcome.error.code)) return 'refused'
        throw outcome.error
      }),
})
