import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import type { Documents } from '../../ports/documents.ts'
import { codeOf } from './s3-code.ts'

/** Documents in a bucket of the simulated S3, in process. */
export const makeMemoryDocuments = (s3: S3Model, bucket: string): Documents => {
  const read = (key: string) => {
    try {
      const { content, version } = s3.getObject({ bucket, key })
      return { data: content.bytes(), version: version.etag }
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') return undefined
      throw error
    }
  }
  return {
    read: async (key) => read(key),
    write: async ({ key, data, contentType }, replaces) => {
      const condition = replaces === undefined ? { ifNoneMatch: '*' } : { ifMatch: replaces }
      try {
        s3.putObject({ bucket, key, body: data, headers: { 'content-type': contentType }, ...condition })
        return 'written'
      } catch (error) {
        if (codeOf(error) !== 'PreconditionFailed' && codeOf(error) !== 'NoSuchKey') throw error
        const stored = read(key)
        return stored !== undefined && Buffer.compare(stored.data, data) === 0 ? 'written' : 'changed'
      }
    },
  }
}
