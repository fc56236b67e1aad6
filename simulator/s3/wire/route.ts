import type { S3Model } from '../s3-model.ts'
import type { ChunkSigning } from './aws-chunked.ts'
import type { S3Answer } from './s3-answer.ts'
import type { S3Request } from './s3-request.ts'

export type RouteHandler = (
  model: S3Model,
  request: S3Request,
  signing: ChunkSigning | undefined,
) => Promise<S3Answer>

export type Route = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  readonly level: 'service' | 'bucket' | 'object'
  /** The query parameter that chooses this route, such as `tagging`. */
  readonly sub?: string
  /** Others that it understands. One that no route understands is not implemented, rather than ignored. */
  readonly parameters?: readonly string[]
  readonly handle: RouteHandler
}
