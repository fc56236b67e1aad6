import { hash } from 'node:crypto'
import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import type { ObjectVersion } from '../../../simulator/s3/stored.ts'
import type { Documents } from '../../ports/documents.ts'
import {
  type ClassTagger,
  type FolderLister,
  type ListedObject,
  type NewObject,
  type ObjectFacts,
  SegmentIsCold,
  SegmentIsMissing,
  SegmentIsShort,
  type SegmentLister,
  type SegmentReader,
  type SegmentRemover,
  type SegmentWriter,
} from '../../ports/segment-store.ts'
import type { Snapshots } from '../../ports/snapshots.ts'
import { makeSnapshots } from '../snapshot-store.ts'
import { makeMemoryDocuments } from './memory-documents.ts'
import { codeOf } from './s3-code.ts'

/** The tag that the archive bucket's lifecycle rules choose by. */
const CLASS_TAG = 'icecore-class'

export type MemoryArchive = {
  readonly writer: SegmentWriter
  readonly reader: SegmentReader
  readonly lister: SegmentLister
  readonly tagger: ClassTagger
  readonly remover: SegmentRemover
  readonly folders: FolderLister
  readonly documents: Documents
  readonly snapshots: Snapshots
}

const restoreOf = ({ restore }: ObjectVersion): ObjectFacts['restore'] =>
  restore === undefined
    ? null
    : { ongoing: restore.expiresAt === undefined, readableUntil: restore.expiresAt ?? null }

const translate = (key: string, error: unknown) => {
  if (codeOf(error) === 'InvalidObjectState') return new SegmentIsCold(key, { cause: error })
  if (codeOf(error) === 'NoSuchKey') return new SegmentIsMissing(key, { cause: error })
  if (codeOf(error) === 'InvalidRange') return new SegmentIsShort(key, { cause: error })
  return error
}

/** The archive bucket's ports on the simulated S3, in process. */
export const makeMemoryArchive = (s3: S3Model, bucket: string): MemoryArchive => {
  const find = (key: string): ObjectVersion | undefined => {
    try {
      return s3.headObject({ bucket, key }).version
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') return undefined
      throw error
    }
  }

  const get = (key: string, range?: string) => {
    try {
      return s3.getObject({ bucket, key, range }).content.bytes()
    } catch (error) {
      throw translate(key, error)
    }
  }

  const put = async ({ key, content, bytes, sha256, storageClass, contentType }: NewObject) => {
    const body = content.kind === 'memory' ? content.data : await content.read()
    if (body.byteLength !== bytes)
      throw new Error(`${key}: expected ${bytes} bytes to put, got ${body.byteLength}`)
    const checksum = { algorithm: 'SHA256', value: sha256 } as const
    const headers = { 'content-type': contentType }
    try {
      s3.putObject({ bucket, key, body, checksum, storageClass, headers, ifNoneMatch: '*' })
      return 'stored'
    } catch (error) {
      if (codeOf(error) !== 'PreconditionFailed') throw error
      if (find(key)?.checksum?.value === sha256) return 'already-stored'
      throw new Error(`${key} exists with other bytes`, { cause: error })
    }
  }

  async function* list(prefix: string): AsyncIterable<ListedObject> {
    let after: string | undefined
    do {
      const page = s3.listObjects({ bucket, prefix, after })
      for (const version of page.objects)
        yield {
          key: version.key,
          bytes: version.size,
          storageClass: version.storageClass,
          lastModified: version.createdAt,
          etag: version.etag,
          restore: restoreOf(version),
        }
      after = page.next
    } while (after !== undefined)
  }

  async function* folders(prefix: string): AsyncIterable<string> {
    let after: string | undefined
    do {
      const page = s3.listObjects({ bucket, prefix, delimiter: '/', after })
      for (const common of page.commonPrefixes) yield common.slice(prefix.length)
      after = page.next
    } while (after !== undefined)
  }

  const documents = makeMemoryDocuments(s3, bucket)

  return {
    documents,
    snapshots: makeSnapshots(documents),
    writer: { put },
    lister: { list },
    folders: { folders },
    reader: {
      read: async (key, start, end) => {
        const bytes = get(key, `bytes=${start}-${end - 1}`)
        if (bytes.byteLength === end - start) return bytes
        throw new SegmentIsShort(key)
      },
      download: async (key, sink, sha256) => {
        const bytes = get(key)
        const actual = hash('sha256', bytes, 'base64')
        if (actual !== sha256) throw new Error(`${key}: expected SHA-256 ${sha256}, got ${actual}`)
        await sink.write(bytes)
      },
      head: async (key) => {
        const version = find(key)
        if (version === undefined) return undefined
        const { size, storageClass, checksum } = version
        const sha256 = checksum?.algorithm === 'SHA256' ? checksum.value : null
        return { key, bytes: size, sha256, storageClass, restore: restoreOf(version) }
      },
    },
    tagger: {
      tag: async (key, storageClass) => {
        s3.putObjectTagging({ bucket, key, tags: { [CLASS_TAG]: storageClass } })
      },
    },
    remover: {
      remove: async (key) => {
        s3.deleteObject({ bucket, key })
      },
    },
  }
}
