import * as z from 'zod'
import type { Ledger } from '../../shared/domain/ledger.ts'
import { MAX_TIME, MIN_TIME } from '../../shared/domain/partition.ts'
import { UNKNOWN_DATASET } from '../../shared/ports/quarantine.ts'
import { type ListSegmentsDeps, listSegments } from '../../shared/use-cases/list-segments.ts'
import type { Caller } from './event.ts'
import { presentDataset, presentLedger, presentSegment } from './present.ts'
import { parsePart } from './problem.ts'
import { encodeNext, instantSchema, limitSchema, nextSchema, queryOf } from './request.ts'
import { json } from './respond.ts'
import { type Access, datasetFor, type Routes } from './routes.ts'

export type DatasetRoutesDeps = Access &
  ListSegmentsDeps & { readonly readLedger: (dataset: string) => Promise<Ledger> }

const positionSchema = z.object({ partition: z.string(), segmentId: z.string() })

export const segmentsQuerySchema = z
  .strictObject({
    from: instantSchema.optional(),
    to: instantSchema.optional(),
    limit: limitSchema(1000, 100),
    next: nextSchema(positionSchema).optional(),
  })
  .refine(({ from = MIN_TIME, to = MAX_TIME + 1 }) => from < to, {
    path: ['to'],
    error: 'expected a time after from',
  })

/** What named no known dataset has books too, all of it in quarantine. */
const ledgerNameFor = (access: Access, caller: Caller, name: string | undefined): string =>
  name === UNKNOWN_DATASET && access.mayRead(caller, name) ? name : datasetFor(access, caller, name).name

export const datasetRoutes = (deps: DatasetRoutesDeps): Routes => ({
  'GET /datasets': async ({ caller }) => {
    const datasets = [...deps.config.datasets.values()].filter(({ name }) => deps.mayRead(caller, name))
    return json(200, { datasets: datasets.map(presentDataset) })
  },

  'GET /datasets/{dataset}': async ({ event, caller }) =>
    json(200, presentDataset(datasetFor(deps, caller, event.pathParameters.dataset))),

  'GET /datasets/{dataset}/segments': async ({ event, caller }) => {
    const { name } = datasetFor(deps, caller, event.pathParameters.dataset)
    const query = parsePart(segmentsQuerySchema, queryOf(event))
    const { from = MIN_TIME, to = MAX_TIME + 1, limit, next } = query
    const page = await listSegments(deps)(name, { from, to }, limit, next)
    return json(200, {
      segments: page.segments.map(presentSegment),
      complete: page.next === null,
      next: page.next && encodeNext(page.next),
    })
  },

  'GET /datasets/{dataset}/ledger': async ({ event, caller }) => {
    const name = ledgerNameFor(deps, caller, event.pathParameters.dataset)
    return json(200, { dataset: name, ...presentLedger(await deps.readLedger(name)) })
  },
})
