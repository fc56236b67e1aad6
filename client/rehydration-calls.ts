import { type Ask, allPages } from './ask.ts'
import { pathOf } from './dataset-calls.ts'
import {
  type QuoteAnswer,
  quoteSchema,
  type RehydrationAnswer,
  type RehydrationLine,
  rehydrationPageSchema,
  rehydrationSchema,
} from './rehydration-answers.ts'
import type { CallOptions, QuoteRequest, RehydrateRequest } from './requests.ts'

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
  /** Newest first. Pages are fetched as they are needed. */
  rehydrations(options?: CallOptions & { readonly pageSize?: number }): AsyncIterable<RehydrationLine>
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
    rehydrations: ({ pageSize, signal } = {}) =>
      allPages(async (next) => {
        const query = { limit: pageSize, next }
        const page = await ask(rehydrationPageSchema, { ...get, path: '/rehydrations', query, signal })
        return { items: page.rehydrations, next: page.next }
      }),
  }
}
