import * as z from 'zod'
import { REHYDRATION_STATES } from '../../shared/domain/rehydration-states.ts'
import { ULID_PATTERN } from '../../shared/domain/ulid.ts'
import type { RehydrationIndex, TaskList } from '../../shared/ports/rehydrations.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { listRehydrations } from '../../shared/use-cases/list-rehydrations.ts'
import { type QuoteDeps, quote } from '../../shared/use-cases/quote.ts'
import type { RequestDeps } from '../../shared/use-cases/request-rehydration.ts'
import { fitSelection } from './fit-filter.ts'
import { presentQuote, presentRehydration, presentStatus } from './present.ts'
import { parsePart, tooBroad, unknownRehydration } from './problem.ts'
import { unknownDestination } from './quote-problems.ts'
import {
  encodeNext,
  instantSchema,
  jsonBody,
  limitSchema,
  nextSchema,
  queryOf,
  quoteBodySchema,
} from './request.ts'
import { json } from './respond.ts'
import { type Access, datasetFor, type Routes } from './routes.ts'

export type RehydrationRoutesDeps = Access &
  QuoteDeps &
  Pick<RequestDeps, 'rehydrations'> & { readonly taskList: TaskList; readonly index: RehydrationIndex }

export const listQuerySchema = z
  .strictObject({
    status: z.enum(REHYDRATION_STATES).optional(),
    dataset: z.string().optional(),
    from: instantSchema.optional(),
    to: instantSchema.optional(),
    limit: limitSchema(100, 25),
    next: nextSchema(z.object({ acceptedAt: z.int(), id: z.string().regex(ULID_PATTERN) })).optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    error: 'expected a time after from',
  })

export const rehydrationRoutes = (deps: RehydrationRoutesDeps): Routes => ({
  'POST /quotes': async ({ event, caller }) => {
    const wanted = parsePart(quoteBodySchema, jsonBody(event))
    const selection = fitSelection(wanted.selection, datasetFor(deps, caller, wanted.dataset))
    const quoted = await quote(deps)({ ...wanted, selection })
    if (quoted.kind === 'too-broad') throw tooBroad(quoted.limit, quoted.hint)
    if (quoted.kind === 'unknown-destination') throw unknownDestination(deps.config, wanted.destination)
    return json(200, presentQuote(wanted.dataset, quoted))
  },

  'GET /rehydrations': async ({ event, caller }) => {
    const { status, dataset, from, to, limit, next } = parsePart(listQuerySchema, queryOf(event))
    const page = await listRehydrations(deps)({
      status: status ?? null,
      dataset: dataset ?? null,
      from: from ?? null,
      to: to ?? null,
      limit,
      after: next ?? null,
      maySee: ({ request }) => deps.mayRead(caller, request.dataset),
    })
    return json(200, {
      rehydrations: page.rehydrations.map(presentRehydration),
      next: page.next && encodeNext(page.next),
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
