import { hash } from 'node:crypto'
import { unpackPart } from '../codec/unpack-part.ts'
import { addCompleteness, type Completeness } from '../domain/completeness.ts'
import type { DeliveryFormat, Rehydration, RehydrationRequest } from '../domain/rehydration.ts'
import type { DeliveredFile } from '../domain/rehydration-task.ts'
import type { TaskList } from '../ports/rehydrations.ts'
import { SegmentIsMissing, SegmentIsShort, type SegmentReader } from '../ports/segment-store.ts'

export type ReadAnswerDeps = {
  readonly taskList: TaskList
  /** Reads what was delivered. */
  readonly results: Pick<SegmentReader, 'read'>
}

export type Answer =
  | {
      readonly kind: 'answer'
      readonly content: Buffer
      readonly records: number
      readonly completeness: Completeness
    }
  | { readonly kind: 'not-completed' | 'too-large' | 'several-files' }
  /** A file is no longer there, or no longer what was delivered. */
  | { readonly kind: 'gone' | 'changed'; readonly key: string }

const LINE_END = '\r\n'

/** Files one behind the other, as one; undefined where that would be no such file. */
const join = (format: DeliveryFormat, parts: readonly Buffer[]): Buffer | undefined => {
  const [first, ...others] = parts
  if (first === undefined || others.length === 0 || format === 'ndjson') return Buffer.concat(parts)
  if (format === 'parquet') return undefined
  // the names of columns have no line breaks in them
  const names = first.subarray(0, first.indexOf(LINE_END) + LINE_END.length)
  if (!others.every((other) => other.subarray(0, names.length).equals(names))) return undefined
  return Buffer.concat([first, ...others.map((other) => other.subarray(names.length))])
}

/** All records of a rehydration in one piece of at most `maxBytes`: of a completed one, or of any that is delivered so far. */
export const readAnswer = ({ taskList, results }: ReadAnswerDeps) => {
  const readFile = async ({ key, bytes, sha256 }: DeliveredFile): Promise<Buffer | 'gone' | 'changed'> => {
    try {
      const content = Buffer.from(await results.read(key, 0, bytes))
      return hash('sha256', content, 'base64') === sha256 ? content : 'changed'
    } catch (error) {
      if (error instanceof SegmentIsMissing) return 'gone'
      if (error instanceof SegmentIsShort) return 'changed'
      throw error
    }
  }

  const readAll = async (
    files: readonly DeliveredFile[],
    { format, compression }: RehydrationRequest,
    maxBytes: number,
  ) => {
    const parts: Buffer[] = []
    let left = maxBytes
    for (const file of files) {
      const packed = await readFile(file)
      if (typeof packed === 'string') return { kind: packed, key: file.key } as const
      const part = unpackPart(packed, compression, left)
      if (part === undefined) return { kind: 'too-large' } as const
      left -= part.length
      parts.push(part)
    }
    const content = join(format, parts)
    return content === undefined ? ({ kind: 'several-files' } as const) : content
  }

  return async (
    { id, request, state: whole }: Rehydration,
    { partial, maxBytes }: { readonly partial: boolean; readonly maxBytes: number },
  ): Promise<Answer> => {
    if (whole.name !== 'completed' && !partial) return { kind: 'not-completed' }
    const files: DeliveredFile[] = []
    const parts: Completeness[] = []
    let [records, bytes] = [0, 0]
    for await (const { state } of taskList.all(id)) {
      if (state.name !== 'done') continue
      const { file, completeness } = state.result
      parts.push(completeness)
      if (file === null) continue
      files.push(file)
      records += state.result.records.count
      bytes += file.bytes
      // neither what is read nor what it unpacks to may be more
      if (bytes > maxBytes) return { kind: 'too-large' }
    }
    const content = await readAll(files, request, maxBytes)
    if (!Buffer.isBuffer(content)) return content
    return { kind: 'answer', content, records, completeness: addCompleteness(...parts) }
  }
}
