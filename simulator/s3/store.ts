import type { Readable } from 'node:stream'
import type { RowKind } from './stored.ts'

/** `value` undefined removes the row. */
export type Change = { readonly kind: RowKind; readonly id: string; readonly value: object | undefined }

/** Takes one body in order, in bounded memory. What is neither finished nor abandoned is gone after a restart. */
export type BlobSink = {
  /** The bytes are the sink's from now on: not to be changed any more. */
  write(bytes: Uint8Array): void
  /** The new blob's id; kept over a restart once a committed row names it. */
  finish(): string
  abandon(): void
}

/**
 * Where the model keeps what must outlive it. Everything is synchronous, so that a request is one step:
 * it can neither be seen half done nor be half done after a kill.
 */
export type S3Store = {
  /** Rows as committed; called once, at the start, with the blobs that those rows name. */
  load(): { kind: RowKind; id: string; value: unknown }[]
  /** Drop every blob but these: what an interrupted upload left. Called once, after `load`. */
  keepOnly(blobs: ReadonlySet<string>): void
  /** All of it or none, and then the blobs go. */
  commit(changes: readonly Change[], droppedBlobs: readonly string[]): void
  openSink(): BlobSink
  /** A whole body at once; `BlobSink.finish` tells what the answer means. */
  keep(bytes: Uint8Array): string
  /** Bytes from `start` up to, without, `end`; not to be changed. Missing bytes are an error. */
  read(blob: string, start: number, end: number): Buffer
  stream(blob: string, start: number, end: number): Readable
  close(): void
}
