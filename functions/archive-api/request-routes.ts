import { type RequestDeps, requestRehydration } from '../../shared/use-cases/request-rehydration.ts'
import { cannotBeMet } from './cannot-be-met.ts'
import { fitSelection } from './fit-filter.ts'
import { overCap } from './over-cap.ts'
import { presentStatus } from './present.ts'
import { invalid, Problem, parsePart, tooBroad, unknownDataset } from './problem.ts'
import { notAccepted, unknownDestination } from './quote-problems.ts'
import { idempotencyKeyOf, jsonBody, rehydrationBodySchema } from './request.ts'
import { json } from './respond.ts'
import { type Access, datasetFor, type Route, type Routes } from './routes.ts'

export type RequestRoutesDeps = Access & RequestDeps

const EXPEDITED_ROUTE = 'POST /rehydrations/expedited'

const expeditedNotPermitted = (): Problem =>
  new Problem(403, 'expedited-not-permitted', 'Expedited is not asked for on this route', {
    detail: `send the same body to ${EXPEDITED_ROUTE}, which IAM grants apart`,
  })

const askFor =
  (deps: RequestRoutesDeps, { mayExpedite }: { readonly mayExpedite: boolean }): Route =>
  async ({ event, caller }) => {
    const idempotencyKey = idempotencyKeyOf(event)
    const wanted = parsePart(rehydrationBodySchema, jsonBody(event))
    const selection = fitSelection(wanted.selection, datasetFor(deps, caller, wanted.dataset))
    const request = { ...wanted, selection }
    if (!mayExpedite && wanted.tier === 'Expedited') throw expeditedNotPermitted()
    const asker = { caller: caller.principal, idempotencyKey, mayExpedite }
    const requested = await requestRehydration(deps)(request, asker)
    switch (requested.kind) {
      case 'unknown-dataset':
        throw unknownDataset()
      case 'unknown-destination':
        throw unknownDestination(deps.config, wanted.destination)
      case 'quote-expired':
      case 'quote-mismatch':
        throw notAccepted(requested)
      case 'not-for-a-queue':
        throw invalid([
          {
            field: requested.field,
            expected: `none: ${wanted.destination} is a queue, which is sent each record's own text`,
            got: JSON.stringify(wanted[requested.field]).slice(0, 100),
          },
        ])
      case 'unknown-column':
        throw invalid([
          {
            field: `columns.${requested.position}`,
            expected: `one of ${requested.known.join(', ')}`,
            got: JSON.stringify(wanted.columns?.[requested.position]?.slice(0, 100)),
          },
        ])
      case 'too-broad':
        throw tooBroad(requested.limit, requested.hint)
      case 'over-cap':
        throw overCap(requested.over)
      case 'cannot-be-met':
        throw cannotBeMet(requested.choices)
      case 'key-reused':
        throw new Problem(422, 'idempotency-key-reused', 'This key was used for another request')
      case 'accepted':
      case 'repeated': {
        const { rehydration } = requested
        return json(202, presentStatus(rehydration, null), { location: `/rehydrations/${rehydration.id}` })
      }
    }
  }

/** Expedited has a route of its own, so that IAM can grant it apart from the others. */
export const requestRoutes = (deps: RequestRoutesDeps): Routes => ({
  'POST /rehydrations': askFor(deps, { mayExpedite: false }),
  [EXPEDITED_ROUTE]: askFor(deps, { mayExpedite: true }),
})
