import * as z from 'zod'
import { ULID_PATTERN } from '../../shared/domain/ulid.ts'
import type { RehydrationIndex, TaskList } from '../../shared/ports/rehydrations.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { type QuoteDeps, quote } from '../../shared/use-cases/quote.ts'
import type { RequestDeps } from '../../shared/use-cases/request-rehydration.ts'
import { fitSelection } from './fit-filter.ts'
import { presentQuote, presentRehydration, presentStatus } from './present.ts'
import { parsePart, tooBroad, unknownRehydration } from './problem.ts'
import { encodeNext, jsonBody, limitSchema, nextSchema, queryOf, quoteBodySchema } from './request.ts'
import { json } from './respond.ts'
import { type Access, datasetFor, type Routes } from './routes.ts'

export type RehydrationRoutesDeps = Access &
  QuoteDeps &
  Pick<RequestDeps, 'rehydrations'> & { readonly taskList: TaskList; readonly index: RehydrationIndex }

const listQuerySchema = z.strictObject({
  limit: limitSchema(100, 25),
  next: nextSchema(z.object({ acceptedAt: z.int(), id: z.string().regex(ULID_PATTERN) })).optional(),
})

export const rehydrationRoutes = (deps: RehydrationRoutesDeps): Routes => ({
  'POST /quotes': async ({ event, caller }) => {
    const wanted = parsePart(quoteBodySchema, jsonBody(event))
    const selection = fitSelection(wanted.selection, datasetFor(deps, caller, wanted.dataset))
    const quoted = await quote(deps)({ ...wanted, selection })
    if (quoted.kind === 'too-broad') throw tooBroad(quoted.limit, quoted.hint)
    return json(200, { dataset: wanted.dataset, ...presentQuote(quoted.quote) })
  },

  'GET /rehydrations': async ({ event, caller }) => {
    const { limit, next } = parsePart(listQuerySchema, queryOf(event))
    const page = await deps.index.newest(limit, next)
    const last = page.at(-1)
    const readable = page.filter(({ request }) => deps.mayRead(caller, request.dataset))
    return json(200, {
      rehydrations: readable.map(presentRehydration),
      next:
        last === undefined || page.length < limit
          ? null
          : encodeNext({ acceptedAt: last.acceptedAt, id: last.id }),
    })
  },

  'GET /rehydrations/{rehydrationId}': async ({ event, caller }) => {
    const id = event.pathParameters.rehydrationId ?? ''
    const found = ULID_PATTERN.test(id) ? await describeRehydration(deps)(id) : undefined
    if (found === undefined || !deps.mayRead(caller, found.rehydration.request.dataset))
      throw unknownRehydration()
    return json(200, presentStatus(found.rehydration, found.progress))
  },
})
