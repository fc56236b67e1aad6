import type { ByteSource } from '../codec/byte-source.ts'
import type { SegmentSink } from '../codec/segment-sink.ts'

/** Something that was written to scratch, to be read at any place. Closed by whoever opened it. */
export type ScratchSource = ByteSource & { close(): Promise<void> }

/** Room of one piece of work for what is too large for memory. */
export type ScratchFolder = {
  /** A new file; a name that is taken is an error. */
  create(name: string): Promise<SegmentSink>
  /** A file whose sink was closed. */
  open(name: string): Promise<ScratchSource>
  /** Gives the room back, with all that is in it. */
  discard(): Promise<void>
}

export type Scratch = {
  /** A new folder, which nobody else has. */
  folder(): Promise<ScratchFolder>
}
