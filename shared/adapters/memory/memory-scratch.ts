import { memorySource } from '../../codec/byte-source.ts'
import { type MemorySink, makeMemorySink } from '../../codec/segment-sink.ts'
import type { Scratch } from '../../ports/scratch.ts'

/** Scratch in memory. */
export const makeMemoryScratch = (): Scratch => ({
  folder: async () => {
    const files = new Map<string, MemorySink>()
    return {
      create: async (name) => {
        if (files.has(name)) throw new Error(`EEXIST: ${name} is there already`)
        const sink = makeMemorySink()
        files.set(name, sink)
        // nothing more than the port promises
        const { write, close } = sink
        return { write, close }
      },
      open: async (name) => {
        const sink = files.get(name)
        if (sink === undefined) throw new Error(`ENOENT: there is no ${name}`)
        return { ...memorySource(sink.content()), close: async () => undefined }
      },
      discard: async () => files.clear(),
    }
  },
})
