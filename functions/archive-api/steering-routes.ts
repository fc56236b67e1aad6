import type { Rehydration } from '../../shared/domain/rehydration.ts'
import type { TaskList } from '../../shared/ports/rehydrations.ts'
import { type CancelDeps, cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { presentStatus } from './present.ts'
import { Problem, unknownRehydration } from './problem.ts'
import { type ApiResponse, json } from './respond.ts'
import { type Access, type Routes, rehydrationFor } from './routes.ts'

export type SteeringRoutesDeps = Access & CancelDeps & { readonly taskList: TaskList }

const isOverProblem = ({ state }: Rehydration): Problem =>
  new Problem(409, 'rehydration-is-over', 'The rehydration has come to its end', {
    detail: `it is ${state.name}`,
  })

/** What changes the course of a rehydration that was asked for before. */
export const steeringRoutes = (deps: SteeringRoutesDeps): Routes => {
  const status = async (id: string): Promise<ApiResponse> => {
    const described = await describeRehydration(deps)(id)
    if (described === undefined) throw unknownRehydration()
    return json(200, presentStatus(described.rehydration, described.progress))
  }

  return {
    'DELETE /rehydrations/{rehydrationId}': async (request) => {
      const { id } = await rehydrationFor(deps, request)
      const cancelled = await cancelRehydration(deps)(id)
      if (cancelled === undefined) throw unknownRehydration()
      if (cancelled.kind === 'over') throw isOverProblem(cancelled.rehydration)
      return status(id)
    },
  }
}
