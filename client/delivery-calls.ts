import * as z from 'zod'
import type { Ask } from './ask.ts'
import { pathOf } from './dataset-calls.ts'
import { UnexpectedAnswer } from './failures.ts'
import { REHYDRATION_STATUSES } from './rehydration-answers.ts'
import type { CallOptions } from './requests.ts'
import type { Send } from './send.ts'

/** Null where it has been removed since. It holds for a quarter of an hour, and is as good as the file: keep it to yourself. */
const urlShape = { url: z.string().nullable(), urlExpiresAt: z.string().nullable() }

export const filesSchema = z.object({
  /** False: more may come. */
  complete: z.boolean(),
  status: z.enum(REHYDRATION_STATUSES),
  files: z.array(
    z.object({
      partition: z.string(),
      key: z.string(),
      records: z.int(),
      bytes: z.int(),
      sha256: z.string(),
      ...urlShape,
    }),
  ),
  /** Of a completed rehydration, on its last page. */
  manifest: z.object({ key: z.string(), ...urlShape }).nullable(),
  next: z.string().nullable(),
})
export type FilesAnswer = z.infer<typeof filesSchema>

/** Records of a small answer, all files as one. */
export type RecordsAnswer = {
  readonly content: Uint8Array
  readonly contentType: string
  readonly records: number
  readonly complete: boolean
}

export type FilesOptions = CallOptions & {
  /** Files a page, 1 to 500. */
  readonly limit?: number
  /** The `next` of the page before. */
  readonly next?: string | undefined
}

export type DeliveryCalls = {
  /** A page of the files that are delivered so far, each with a URL to get it from. */
  files(rehydrationId: string, options?: FilesOptions): Promise<FilesAnswer>
  /** The records themselves, where they are at most 4 MiB. `partial`: also of one that is not completed. */
  records(
    rehydrationId: string,
    options?: CallOptions & { readonly partial?: boolean },
  ): Promise<RecordsAnswer>
}

const headersSchema = z.object({
  contentType: z.string(),
  records: z.string().transform(Number).pipe(z.int()),
  complete: z.enum(['true', 'false']).transform((text) => text === 'true'),
})

export const makeDeliveryCalls = ({ ask, send }: { ask: Ask; send: Send }): DeliveryCalls => {
  const get = { method: 'GET', repeatable: true } as const
  return {
    files: (id, { limit, next, signal } = {}) => {
      const path = pathOf('rehydrations', id, 'files')
      return ask(filesSchema, { ...get, path, query: { limit, next }, signal })
    },
    records: async (id, { partial, signal } = {}) => {
      const path = pathOf('rehydrations', id, 'records')
      const query = { partial: partial === undefined ? undefined : String(partial) }
      const { headers, bytes } = await send({ ...get, path, query, signal })
      const parsed = headersSchema.safeParse({
        contentType: headers.get('content-type'),
        records: headers.get('icecore-records'),
        complete: headers.get('icecore-complete'),
      })
      if (parsed.success) return { content: bytes, ...parsed.data }
      throw new UnexpectedAnswer('the answer lacks a header of records', { cause: parsed.error })
    },
  }
}
