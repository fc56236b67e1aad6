import { hash } from 'node:crypto'
import { memorySource } from '../../shared/codec/byte-source.ts'
import { readFooter, stampFooter } from '../../shared/codec/segment-footer.ts'
import { METADATA_KEYS, SEGMENT_FORMAT } from '../../shared/codec/segment-format.ts'
import { decodeIndex, encodeIndex } from '../../shared/codec/segment-index.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import type { NewObject } from '../../shared/ports/segment-store.ts'
import type { LandDeps } from '../../shared/use-cases/land-records.ts'

/** What the footers that newer code writes say where ours say the number of their format. */
export const NEWER_FORMAT = SEGMENT_FORMAT + 1

/** As thrift's compact protocol writes a `KeyValue`. */
const formatField = (format: number) =>
  Buffer.concat([
    Buffer.from([0x18, METADATA_KEYS.format.length]),
    Buffer.from(METADATA_KEYS.format),
    Buffer.from([0x18, 1]),
    Buffer.from(String(format)),
  ])

const newerFooter = (footer: Uint8Array): Buffer => {
  const newer = Buffer.from(footer)
  const at = newer.indexOf(formatField(SEGMENT_FORMAT))
  if (at < 0) throw new Error('a footer without a format')
  formatField(NEWER_FORMAT).copy(newer, at)
  stampFooter(newer)
  return newer
}

const newerSegment = async (segment: Uint8Array): Promise<Buffer> => {
  const footer = newerFooter((await readFooter(memorySource(segment))).bytes)
  return Buffer.concat([segment.subarray(0, segment.length - footer.length), footer])
}

const newerIndex = (index: Uint8Array): Uint8Array => {
  const { footer, filter } = decodeIndex(index)
  return encodeIndex(newerFooter(footer.bytes), filter)
}

/**
 * The ports of a newer version of icecore at work on the same archive: what is landed through them is whole, committed and
 * confirmed by S3, in a format of which this version knows nothing.
 */
export const byNewerCode = <Deps extends Pick<LandDeps, 'log' | 'writer'>>(deps: Deps): Deps => {
  const put = new Map<string, { bytes: number; sha256: string }>()
  const changed = (segment: Segment): Segment => {
    const [own, index] = [put.get(segment.key), put.get(segment.indexKey)]
    return { ...segment, ...own, ...(index && { indexBytes: index.bytes }) }
  }
  return {
    ...deps,
    writer: {
      put: async (object: NewObject) => {
        if (object.content.kind !== 'memory') throw new Error('what is landed is in memory')
        const { data: ours } = object.content
        const data = object.key.startsWith('index/') ? newerIndex(ours) : await newerSegment(ours)
        const facts = { bytes: data.byteLength, sha256: hash('sha256', data, 'base64') }
        put.set(object.key, facts)
        return deps.writer.put({ ...object, ...facts, content: { kind: 'memory', data } })
      },
    },
    log: {
      ...deps.log,
      append: (ref, commit) => deps.log.append(ref, { ...commit, segments: commit.segments.map(changed) }),
    },
  }
}
