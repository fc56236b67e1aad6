import { S3Error } from '../../../simulator/s3/s3-error.ts'

/** The code of an answer of the simulated S3; undefined for any other error. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof S3Error ? error.code : undefined
