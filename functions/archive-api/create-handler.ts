import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware'
import middy from '@middy/core'
import type { Telemetry } from '../../shared/runtime/telemetry.ts'
import type { FindDeps } from '../../shared/use-cases/find-record.ts'
import { conditional } from './conditional.ts'
import { type DatasetRoutesDeps, datasetRoutes } from './dataset-routes.ts'
import { type DeliveryRoutesDeps, deliveryRoutes } from './delivery-routes.ts'
import { documentRoutes } from './document-routes.ts'
import { type ApiEvent, apiEventSchema, callerOf, type Tokens } from './event.ts'
import { Problem } from './problem.ts'
import { recordRoutes } from './record-routes.ts'
import { type RehydrationRoutesDeps, rehydrationRoutes } from './rehydration-routes.ts'
import { type RequestRoutesDeps, requestRoutes } from './request-routes.ts'
import { type ApiResponse, problemResponse } from './respond.ts'
import type { Route } from './routes.ts'
import { type SteeringRoutesDeps, steeringRoutes } from './steering-routes.ts'

export type ArchiveApiDeps = DatasetRoutesDeps &
  RehydrationRoutesDeps &
  RequestRoutesDeps &
  SteeringRoutesDeps &
  DeliveryRoutesDeps &
  FindDeps & {
    readonly telemetry: Pick<Telemetry, 'logger'>
    /** Missing where callers have IAM identities. */
    readonly tokens?: Tokens | undefined
  }

/**
 * Answers the HTTP API. Routes are chosen by the key that API Gateway found, so no path is ever matched twice. Without an
 * identity that IAM or a token vouches for, every route is closed.
 */
export const createHandler = (deps: ArchiveApiDeps) => {
  const { logger } = deps.telemetry
  const routes = new Map<string, Route>(
    Object.entries({
      ...documentRoutes,
      ...datasetRoutes(deps),
      ...recordRoutes(deps),
      ...rehydrationRoutes(deps),
      ...requestRoutes(deps),
      ...steeringRoutes(deps),
      ...deliveryRoutes(deps),
    }),
  )

  const answer = async (event: ApiEvent): Promise<ApiResponse> => {
    const caller = callerOf(event, deps.tokens)
    if (caller === undefined) throw new Problem(403, 'no-identity', 'The caller has no identity')
    const route = routes.get(event.routeKey)
    if (route === undefined) throw new Problem(404, 'unknown-route', 'There is no such route')
    return conditional(event, await route({ event, caller }))
  }

  const answerOrProblem = async (event: ApiEvent): Promise<ApiResponse> => {
    const { requestId } = event.requestContext
    try {
      return await answer(event)
    } catch (error) {
      if (error instanceof Problem) return problemResponse(error, requestId)
      logger.error('request failed', {
        apiRequestId: requestId,
        error: error instanceof Error ? error : String(error),
      })
      return problemResponse(new Problem(500, 'internal', 'Something failed inside'), requestId)
    }
  }

  return middy<unknown, ApiResponse>()
    .use(injectLambdaContext(logger))
    .handler(async (received) => {
      const event = apiEventSchema.parse(received)
      // the route and never the path, which holds record ids
      const about = { route: event.routeKey, apiRequestId: event.requestContext.requestId }
      logger.info('request received', about)
      const response = await answerOrProblem(event)
      logger.info('request answered', { ...about, status: response.statusCode })
      return response
    })
}
