import * as z from 'zod'

/** What becomes of a batch: all of it, none of it, or all but some is deleted. The others come back in their time. */
export type BatchResult =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'partly'; readonly failedIds: ReadonlySet<string> }

const answerSchema = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().nullish() })).nullish() })
  .nullable()

/**
 * Reads a handler's answer as Lambda does with `ReportBatchItemFailures`. An empty or null list, an empty or null
 * answer: everything succeeded. An answer that is no such document, or an identifier that is null, empty or not in the
 * batch: everything failed.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export const readBatchAnswer = (payload: string, messageIds: ReadonlySet<string>): BatchResult => {
  const answer: unknown = JSON.parse(payload)
  if (answer === '') return { kind: 'succeeded' }
  const parsed = answerSchema.safeParse(answer)
  if (!parsed.success) return { kind: 'failed', reason: 'the answer is no list of batch item failures' }
  const failures = parsed.data?.batchItemFailures ?? []
  if (failures.length === 0) return { kind: 'succeeded' }
  const failedIds = new Set<string>()
  for (const { itemIdentifier } of failures) {
    if (!itemIdentifier || !messageIds.has(itemIdentifier)) {
      return { kind: 'failed', reason: `no message of the batch is called ${JSON.stringify(itemIdentifier)}` }
    }
    failedIds.add(itemIdentifier)
  }
  return { kind: 'partly', failedIds }
}
