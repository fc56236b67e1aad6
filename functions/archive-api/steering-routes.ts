import type { Rehydration } from '../../shared/domain/rehydration.ts'
import { ULID_PATTERN } from '../../shared/domain/ulid.ts'
import type { TaskList } from '../../shared/ports/rehydrations.ts'
import { type CancelDeps, cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { presentStatus } from './present.ts'
import { Problem, unknownRehydration } from './problem.ts'
import { type ApiResponse, json } from './respond.ts'
import type { Access, ApiRequest, Routes } from './routes.ts'

export type SteeringRoutesDeps = Access & CancelDeps & { readonly taskList: TaskList }

const isOverProblem = ({ state }: Rehydration): Problem =>
  new Problem(409, 'rehydration-is-over', 'The rehydration has come to its end', {
    detail: `it is ${state.name}`,
  })

/** What changes the course of a rehydration that was asked for before. */
export const steeringRoutes = (deps: SteeringRoutesDeps): Routes => {
  /** The rehydration of the path, where the caller may see it: another is as unknown as one that is not there. */
  const wantedOf = async ({ event, caller }: ApiRequest): Promise<Rehydration> => {
    const id = event.pathParameters.rehydrationId ?? ''
    const found = ULID_PATTERN.test(id) ? await deps.rehydrations.find(id) : undefined
    if (found === undefined || !deps.mayRead(caller, found.request.dataset)) throw unknownRehydration()
    return found
  }

  const status = async (id: string): Promise<ApiResponse> => {
    const described = await describeRehydration(deps)(id)
    if (described === undefined) throw unknownRehydration()
    return json(200, presentStatus(described.rehydration, described.progress))
  }

  return {
    'DELETE /rehydrations/{rehydrationId}': async (request) => {
      const { id } = await wantedOf(request)
      const cancelled = await cancelRehydration(deps)(id)
      if (cancelled === undefined) throw unknownRehydration()
      if (cancelled.kind === 'over') throw isOverProblem(cancelled.rehydration)
      return status(id)
    },
  }
}
