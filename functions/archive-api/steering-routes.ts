import * as z from 'zod'
import { MAX_KEEP_DAYS, type Rehydration } from '../../shared/domain/rehydration.ts'
import type { TaskList } from '../../shared/ports/rehydrations.ts'
import { type ApproveDeps, approveRehydration } from '../../shared/use-cases/approve-rehydration.ts'
import { type CancelDeps, cancelRehydration } from '../../shared/use-cases/cancel-rehydration.ts'
import { describeRehydration } from '../../shared/use-cases/describe-rehydration.ts'
import { type ExtendDeps, extendRehydration } from '../../shared/use-cases/extend-rehydration.ts'
import { overCap } from './over-cap.ts'
import { presentStatus } from './present.ts'
import { Problem, parsePart, tooBroad, unknownRehydration } from './problem.ts'
import { jsonBody } from './request.ts'
import { type ApiResponse, json } from './respond.ts'
import { type Access, type Routes, rehydrationFor } from './routes.ts'

export type SteeringRoutesDeps = Access &
  ApproveDeps &
  CancelDeps &
  ExtendDeps & { readonly taskList: TaskList }

const isOverProblem = ({ state }: Rehydration): Problem =>
  new Problem(409, 'rehydration-is-over', 'The rehydration has come to its end', {
    detail: `it is ${state.name}`,
  })

const ownRequest = (): Problem =>
  new Problem(403, 'own-request', 'Nobody approves what they asked for themselves', {
    detail: 'it is for another principal to approve',
  })

const notAwaiting = ({ state }: Rehydration): Problem =>
  new Problem(409, 'not-awaiting-approval', 'The rehydration does not wait for an approval', {
    detail: `it is ${state.name}, and needed none`,
  })

const awaitsApproval = (): Problem =>
  new Problem(409, 'awaiting-approval', 'The rehydration waits for an approval', {
    detail:
      'nothing of it is thawed yet that could be kept: cancel it, and ask again with the keepDays that you want',
  })

export const extensionBodySchema = z.strictObject({ keepDays: z.int().min(1).max(MAX_KEEP_DAYS) })

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

    'POST /rehydrations/{rehydrationId}/extension': async (request) => {
      const { id } = await rehydrationFor(deps, request)
      const { keepDays } = parsePart(extensionBodySchema, jsonBody(request.event))
      const extended = await extendRehydration(deps)(id, keepDays)
      if (extended === undefined) throw unknownRehydration()
      switch (extended.kind) {
        case 'too-broad':
          throw tooBroad(extended.limit, extended.hint)
        case 'over-cap':
          throw overCap(extended.over)
        case 'over':
          throw isOverProblem(extended.rehydration)
        case 'awaiting-approval':
          throw awaitsApproval()
        case 'extended':
          return status(id)
      }
    },

    'POST /rehydrations/{rehydrationId}/approval': async (request) => {
      const { id } = await rehydrationFor(deps, request)
      const approved = await approveRehydration(deps)(id, request.caller.principal)
      if (approved === undefined) throw unknownRehydration()
      switch (approved.kind) {
        case 'own-request':
          throw ownRequest()
        case 'over-cap':
          throw overCap(approved.over)
        case 'over':
          throw isOverProblem(approved.rehydration)
        case 'not-awaiting':
          throw notAwaiting(approved.rehydration)
        case 'approved':
          return status(id)
      }
    },
  }
}
