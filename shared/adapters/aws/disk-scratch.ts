import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openFileSource } from '../../codec/byte-source.ts'
import { openFileSink } from '../../codec/segment-sink.ts'
import type { Scratch } from '../../ports/scratch.ts'

/** Scratch on a function's own disk, in folders within `root`. */
export const makeDiskScratch = (root: string): Scratch => ({
  folder: async () => {
    const path = await mkdtemp(join(root, 'icecore-'))
    return {
      create: (name) => openFileSink(join(path, name)),
      open: (name) => openFileSource(join(path, name)),
      discard: () => rm(path, { recursive: true, force: true }),
    }
  },
})
