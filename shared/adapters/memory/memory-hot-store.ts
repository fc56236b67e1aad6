import { Readable } from 'node:stream'
import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import {
  type HotDrop,
  type HotObject,
  HotObjectChanged,
  type HotObjectProgress,
  type HotObjectRegister,
  type HotStore,
  type SetAside,
  type SetAsideRegister,
} from '../../ports/hot-store.ts'
import { codeOf } from './s3-code.ts'

/** The hot bucket's port on the simulated S3, in process. */
export const makeMemoryHotStore = (s3: S3Model, bucket: string): HotStore => {
  const get = ({ key, etag }: HotObject, range: string) => {
    try {
      return s3.getObject({ bucket, key, range, ifMatch: etag }).content
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey' || codeOf(error) === 'PreconditionFailed')
        throw new HotObjectChanged(`${key} changed while it was read`, { cause: error })
      throw error
    }
  }

  return {
    find: async (key) => {
      try {
        const { version, versionId } = s3.headObject({ bucket, key })
        const { etag, size } = version
        return { key, version: versionId ?? etag, etag, bytes: size }
      } catch (error) {
        if (codeOf(error) === 'NoSuchKey') return undefined
        throw error
      }
    },
    stream: async (object, start = 0) =>
      start < object.bytes ? get(object, `bytes=${start}-`).stream() : Readable.from([]),
    read: async (object, start, end) => get(object, `bytes=${start}-${end - 1}`).bytes(),
    remove: async ({ key, etag }) => {
      try {
        s3.deleteObject({ bucket, key, ifMatch: etag })
        return 'removed'
      } catch (error) {
        if (codeOf(error) === 'NoSuchKey') return 'gone'
        if (codeOf(error) === 'PreconditionFailed') return 'changed'
        throw error
      }
    },
  }
}

/** The register of hot objects in memory. */
export const makeMemoryHotObjects = (): HotObjectRegister & SetAsideRegister => {
  const stored = new Map<string, HotObjectProgress>()
  const aside = new Map<string, SetAside>()
  const nameOf = ({ key, version }: HotObject) => JSON.stringify([key, version])
  return {
    find: async (object) => stored.get(nameOf(object)),
    put: async (object, progress) => {
      const name = nameOf(object)
      if ((stored.get(name)?.attempt ?? 0) > (progress.attempt ?? 0)) return 'begun-anew'
      stored.set(name, progress)
      return 'put'
    },
    setAside: async (key, mark) => {
      aside.set(key, mark)
    },
    findSetAside: async (key) => aside.get(key),
    clearSetAside: async (key) => {
      aside.delete(key)
    },
  }
}

export const makeMemoryHotDrop = (s3: S3Model, bucket: string): HotDrop => ({
  put: async (key, content) => {
    s3.putObject({ bucket, key, body: content })
  },
})
