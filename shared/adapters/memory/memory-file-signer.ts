import type { S3Model } from '../../../simulator/s3/s3-model.ts'
import type { FileSigner } from '../../ports/file-signer.ts'
import { codeOf } from './s3-code.ts'

/** URLs that nobody can follow; what they would open is in their path and query. */
export const makeMemoryFileSigner = (s3: S3Model, bucket: string): FileSigner => ({
  sign: async (key, seconds) => {
    try {
      s3.headObject({ bucket, key })
    } catch (error) {
      if (codeOf(error) === 'NoSuchKey') return null
      throw error
    }
    return `https://${bucket}.invalid/${key}?X-Amz-Expires=${seconds}&X-Amz-Signature=memory`
  },
})
