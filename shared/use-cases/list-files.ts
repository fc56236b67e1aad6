import type { Rehydration } from '../domain/rehydration.ts'
import type { DeliveredFile } from '../domain/rehydration-task.ts'
import type { FileSigner } from '../ports/file-signer.ts'
import type { TaskList } from '../ports/rehydrations.ts'
import { mapBounded } from './bounded.ts'

export type ListFilesDeps = {
  readonly taskList: TaskList
  readonly signer: FileSigner
}

export type SignedFile = DeliveredFile & {
  readonly partition: string
  readonly records: number
  /** Null: it has been removed since, as results are after a while. */
  readonly url: string | null
}

export type FilePage = {
  readonly files: readonly SignedFile[]
  /** Of a completed rehydration, on its last page. */
  readonly manifest: { readonly key: string; readonly url: string | null } | null
  /** The partition that the page ends with; null at the end. */
  readonly next: string | null
}

/** How long a URL holds, in seconds: at most a quarter of an hour. */
export const URL_SECONDS = 900

const SIGNED_AT_ONCE = 16

/**
 * The files of a rehydration that are delivered so far, by partition, each with a URL to get it from. Of one that is not
 * completed, more may come, in any partition.
 */
export const listFiles =
  ({ taskList, signer }: ListFilesDeps) =>
  async ({ id, state: whole }: Rehydration, limit: number, after?: string): Promise<FilePage> => {
    const found: Omit<SignedFile, 'url'>[] = []
    let next: string | null = null
    let last: string | null = null
    for await (const { partition, state } of taskList.all(id, after)) {
      if (state.name !== 'done' || state.result.file === null) continue
      if (found.length === limit) {
        next = last
        break
      }
      found.push({ ...state.result.file, partition, records: state.result.records.count })
      last = partition
    }
    const files = await mapBounded(found, SIGNED_AT_ONCE, async (file) => ({
      ...file,
      url: await signer.sign(file.key, URL_SECONDS),
    }))
    if (whole.name !== 'completed' || next !== null) return { files, manifest: null, next }
    const { manifest: key } = whole.summary
    return { files, manifest: { key, url: await signer.sign(key, URL_SECONDS) }, next }
  }
