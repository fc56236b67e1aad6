import * as z from 'zod'
import { isComplete } from '../../shared/domain/completeness.ts'
import { CONTENT_TYPES } from '../../shared/domain/part-file.ts'
import type { Rehydration } from '../../shared/domain/rehydration.ts'
import type { Clock } from '../../shared/ports/clock.ts'
import type { Rehydrations } from '../../shared/ports/rehydrations.ts'
import { partitionField } from '../../shared/runtime/task-fields.ts'
import { type ListFilesDeps, listFiles, URL_SECONDS } from '../../shared/use-cases/list-files.ts'
import { type Answer, type ReadAnswerDeps, readAnswer } from '../../shared/use-cases/read-answer.ts'
import { completenessHeaders } from './present.ts'
import { Problem, parsePart } from './problem.ts'
import { encodeNext, limitSchema, nextSchema, queryOf } from './request.ts'
import { bytes, json, MAX_ANSWER_BYTES } from './respond.ts'
import { type Access, type Routes, rehydrationFor } from './routes.ts'

export type DeliveryRoutesDeps = Access &
  ListFilesDeps &
  ReadAnswerDeps & { readonly rehydrations: Pick<Rehydrations, 'find'>; readonly now: Clock }

export const filesQuerySchema = z.strictObject({
  limit: limitSchema(500, 100),
  next: nextSchema(partitionField).optional(),
})

export const recordsQuerySchema = z.strictObject({ partial: z.enum(['true', 'false']).default('false') })

const iso = (time: number) => new Date(time).toISOString()

/** Where the files of a rehydration are told of. */
const filesOf = (id: string) => ({ method: 'GET', path: `/rehydrations/${id}/files` })

const notAnswered = ({ id, state }: Rehydration, answer: Exclude<Answer, { kind: 'answer' }>): Problem => {
  const files = filesOf(id)
  switch (answer.kind) {
    case 'not-completed':
      return new Problem(409, 'not-completed', 'Not all of it is delivered', {
        rehydrationStatus: state.name,
        detail: 'ask again later, or with partial=true for what is delivered so far',
        files,
      })
    case 'too-large':
      return new Problem(422, 'answer-too-large', 'The records are too many for this route', {
        detail: `more than ${MAX_ANSWER_BYTES} bytes: get them file by file`,
        files,
      })
    case 'several-files':
      return new Problem(422, 'answer-in-several-files', 'The records lie in files that cannot be joined', {
        detail: 'get them file by file',
        files,
      })
    case 'gone':
      return new Problem(410, 'answer-expired', 'A delivered file has been removed', {
        detail: `${answer.key} is no longer there: ask for the records again`,
      })
    case 'changed':
      return new Problem(503, 'incomplete', 'A delivered file is not what was delivered', {
        detail: `${answer.key} holds other bytes than it should`,
      })
  }
}

/** What a rehydration has delivered: its files, and its records where they are few. */
export const deliveryRoutes = (deps: DeliveryRoutesDeps): Routes => ({
  'GET /rehydrations/{rehydrationId}/files': async (request) => {
    const { limit, next } = parsePart(filesQuerySchema, queryOf(request.event))
    const rehydration = await rehydrationFor(deps, request)
    const expiresAt = iso(deps.now() + URL_SECONDS * 1000)
    const page = await listFiles(deps)(rehydration, limit, next)
    const withExpiry = (url: string | null) => ({ url, urlExpiresAt: url === null ? null : expiresAt })
    const status = rehydration.state.name
    return json(200, {
      complete: status === 'completed',
      status,
      files: page.files.map(({ url, ...file }) => ({ ...file, ...withExpiry(url) })),
      manifest: page.manifest && { key: page.manifest.key, ...withExpiry(page.manifest.url) },
      next: page.next && encodeNext(page.next),
    })
  },

  'GET /rehydrations/{rehydrationId}/records': async (request) => {
    const { partial } = parsePart(recordsQuerySchema, queryOf(request.event))
    const rehydration = await rehydrationFor(deps, request)
    if (deps.config.destinations.get(rehydration.request.destination)?.replay !== undefined)
      throw new Problem(422, 'answer-in-a-queue', 'The records were sent to a queue', {
        detail: `${rehydration.request.destination} is a queue`,
      })
    const wanted = { partial: partial === 'true', maxBytes: MAX_ANSWER_BYTES }
    const answer = await readAnswer(deps)(rehydration, wanted)
    if (answer.kind !== 'answer') throw notAnswered(rehydration, answer)
    const { content, records, completeness } = answer
    const isWhole = rehydration.state.name === 'completed' && isComplete(completeness)
    return bytes(content, CONTENT_TYPES[rehydration.request.format], {
      'content-encoding': 'identity',
      'icecore-records': String(records),
      ...completenessHeaders(completeness),
      'icecore-complete': String(isWhole),
    })
  },
})
