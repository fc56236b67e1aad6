import { type Ask, allPages } from './ask.ts'
import { pathOf } from './dataset-calls.ts'
import {
  type QuoteAnswer,
  quoteSchema,
  type RehydrationAnswer,
  type RehydrationLine,
  type RehydrationStatus,
  rehydrationPageSchema,
  rehydrationSchema,
} from './rehydration-answers.ts'
import type { CallOptions, Instant, QuoteRequest, RehydrateRequest } from './requests.ts'

export type RehydrateOptions = CallOptions & {
  /** One and the same request has one and the same key; made up unless given. */
  readonly idempotencyKey?: string
}

export type RehydrationCalls = {
  /** What a selection costs and when it is there, for each retrieval tier. */
  quote(request: QuoteRequest, options?: CallOptions): Promise<QuoteAnswer>
  /**
   * Asks for records. However often it has to be sent, it is one rehydration. With the tier Expedited it goes by the route
   * that IAM grants apart.
   */
  rehydrate(request: RehydrateRequest, options?: RehydrateOptions): Promise<RehydrationAnswer>
  /** The same by that route, whatever the tier. */
  expedited(request: RehydrateRequest, options?: RehydrateOptions): Promise<RehydrationAnswer>
  rehydration(id: string, options?: CallOptions): Promise<RehydrationAnswer>
  /** Lets one go on that awaits it. Throws `ApiProblem` `own-request` where the caller asked for it. */
  approve(id: string, options?: CallOptions): Promise<RehydrationAnswer>
  /** Throws `ApiProblem` of status 409 for one that is over. */
  cancel(id: string, options?: CallOptions): Promise<RehydrationAnswer>
  /**
   * Keeps the restored copies of one that is under way or completed for so many days from now on at least; never for fewer than they
   * are kept already.
   */
  extend(id: string, keepDays: number, options?: CallOptions): Promise<RehydrationAnswer>
  /** Newest first. Pages are fetched as they are needed. */
  rehydrations(options?: CallOptions & RehydrationsWanted): AsyncIterable<RehydrationLine>
}

/** Which rehydrations are listed. */
export type RehydrationsWanted = {
  readonly status?: RehydrationStatus | undefined
  readonly dataset?: string | undefined
  /** Asked for at this time or later, and before that. */
  readonly from?: Instant | undefined
  readonly to?: Instant | undefined
  readonly pageSize?: number | undefined
}

export const makeRehydrationCalls = ({
  ask,
  makeKey,
}: {
  readonly ask: Ask
  readonly makeKey: () => string
}): RehydrationCalls => {
  const get = { method: 'GET', repeatable: true } as const
  const post = { method: 'POST', repeatable: true } as const
  const askFor =
    (path: string): RehydrationCalls['rehydrate'] =>
    (body, { idempotencyKey = makeKey(), signal } = {}) => {
      const headers = { 'idempotency-key': idempotencyKey }
      return ask(rehydrationSchema, { ...post, path, body, headers, signal })
    }
  const [standard, expedited] = [askFor('/rehydrations'), askFor('/rehydrations/expedited')]
  // sent twice, the second would find what the first did, and call it an error
  const once = { repeatable: false } as const
  return {
    // asking for a price changes nothing
    quote: (body, { signal } = {}) => ask(quoteSchema, { ...post, path: '/quotes', body, signal }),
    rehydrate: (body, options) => (body.tier === 'Expedited' ? expedited : standard)(body, options),
    expedited,
    rehydration: (id, { signal } = {}) =>
      ask(rehydrationSchema, { ...get, path: pathOf('rehydrations', id), signal }),
    approve: (id, { signal } = {}) => {
      const path = pathOf('rehydrations', id, 'approval')
      return ask(rehydrationSchema, { ...once, method: 'POST', path, signal })
    },
    cancel: (id, { signal } = {}) =>
      ask(rehydrationSchema, { ...once, method: 'DELETE', path: pathOf('rehydrations', id), signal }),
    extend: (id, keepDays, { signal } = {}) => {
      const path = pathOf('rehydrations', id, 'extension')
      return ask(rehydrationSchema, { ...post, path, body: { keepDays }, signal })
    },
    rehydrations: ({ pageSize, signal, ...wanted } = {}) =>
      allPages(async (next) => {
        const query = { ...wanted, limit: pageSize, next }
        const page = await ask(rehydrationPageSchema, { ...get, path: '/rehydrations', query, signal })
        return { items: page.rehydrations, next: page.next }
      }),
  }
}
