import { type Body, type BodyClaims, keepBody, measureBody } from './body.ts'
import type { ChecksumAlgorithm } from './checksum.ts'
import { isCrc } from './checksum.ts'
import { checkKey, type Description, describeObject } from './describe-object.ts'
import { type LockRequest, lockOf } from './put-object.ts'
import { invalidArgument, invalidRequest, noSuchUpload, S3Error } from './s3-error.ts'
import { levelsOfPart, stagingClass } from './storage-meter.ts'
import type { Checksum, Part, Upload } from './stored.ts'
import { planUpload } from './versions.ts'
import { type BucketState, newOpaqueId, type OpenUpload, openBucket, type World } from './world.ts'

export type CreateUploadInput = Description &
  LockRequest & {
    readonly bucket: string
    readonly key: string
    readonly checksumAlgorithm?: ChecksumAlgorithm | undefined
    readonly checksumType?: Checksum['type'] | undefined
  }

export type UploadTarget = { readonly bucket: string; readonly key: string; readonly uploadId: string }

export type UploadPartInput = UploadTarget & BodyClaims & { readonly number: number; readonly body: Body }

const MAX_PARTS = 10_000
const MAX_PART_BYTES = 5 * 1024 ** 3

/** SHA checksums of an upload are always composite, CRC64NVME is always of the full object, the others as asked. */
const checksumTypeOf = (
  algorithm: ChecksumAlgorithm,
  asked: Checksum['type'] | undefined,
): Checksum['type'] => {
  const type = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')
  if (type === 'FULL_OBJECT' ? !isCrc(algorithm) : algorithm === 'CRC64NVME') {
    throw invalidRequest(`The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`)
  }
  return type
}

export const createUpload = (world: World, input: CreateUploadInput): Upload => {
  const state = openBucket(world, input.bucket)
  checkKey(input.key)
  const checksumAlgorithm = input.checksumAlgorithm ?? 'CRC64NVME'
  const upload: Upload = {
    ...describeObject(input),
    bucket: input.bucket,
    key: input.key,
    uploadId: newOpaqueId(world.random, 64),
    createdAt: world.now(),
    checksumAlgorithm,
    checksumType: checksumTypeOf(checksumAlgorithm, input.checksumType),
    checksumAsked: input.checksumAlgorithm !== undefined,
    ...lockOf(state, input, world.now()),
  }
  world.meter.add(`s3.put.${stagingClass(upload)}`, 1)
  state.uploads.set(upload.uploadId, { upload, parts: new Map() })
  world.journal.save('upload', upload.uploadId, upload)
  planUpload(world, state, upload)
  return upload
}

export const findUpload = (state: BucketState, { key, uploadId }: UploadTarget): OpenUpload => {
  const open = state.uploads.get(uploadId)
  if (open === undefined || open.upload.key !== key) throw noSuchUpload(uploadId)
  return open
}

const partRowId = ({ uploadId, number }: Part) => `${uploadId}/${number}`

const dropPart = (world: World, { upload, parts }: OpenUpload, part: Part, at: number) => {
  parts.delete(part.number)
  world.storage.end(levelsOfPart(upload, part), at)
  world.journal.release(part.piece.blob)
  world.journal.save('part', partRowId(part), undefined)
}

/** A part's own checksum is checked; kept is the one of the upload's algorithm. */
const measurePart = ({ checksumAlgorithm: algorithm, checksumAsked }: Upload, input: UploadPartInput) => {
  const claimed = input.checksum?.algorithm ?? algorithm
  if (claimed === algorithm) {
    return measureBody(input.body, { ...input, checksum: input.checksum ?? { algorithm } })
  }
  if (checksumAsked) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${claimed.toLowerCase()}`,
    )
  }
  measureBody(input.body, input)
  return measureBody(input.body, { checksum: { algorithm } })
}

/** Uploading a part again replaces it. */
export const uploadPart = (world: World, input: UploadPartInput): Part => {
  const { number, body } = input
  const open = findUpload(openBucket(world, input.bucket), input)
  const { upload, parts } = open
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw invalidArgument(`Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`)
  }
  world.meter.add(`s3.put.${stagingClass(upload)}`, 1)
  const { md5, size, checksum } = measurePart(upload, input)
  if (size > MAX_PART_BYTES) {
    throw new S3Error('EntityTooLarge', 400, 'Your proposed upload exceeds the maximum allowed size')
  }
  const [piece = { blob: world.store.keep(Buffer.alloc(0)), size: 0 }] = keepBody(world.store, body)
  const before = parts.get(number)
  if (before !== undefined) dropPart(world, open, before, world.now())
  const part: Part = {
    bucket: input.bucket,
    uploadId: input.uploadId,
    number,
    etag: md5,
    piece,
    checksum,
    uploadedAt: world.now(),
  }
  parts.set(number, part)
  world.journal.retain(piece.blob)
  world.storage.begin(levelsOfPart(upload, part), part.uploadedAt)
  world.journal.save('part', partRowId(part), part)
  return part
}

/** Ends an upload, whatever became of it: its parts are no longer kept by it. */
export const closeUpload = (world: World, state: BucketState, open: OpenUpload, at: number) => {
  world.agenda.plan(open.upload, [])
  for (const part of [...open.parts.values()]) dropPart(world, open, part, at)
  state.uploads.delete(open.upload.uploadId)
  world.journal.save('upload', open.upload.uploadId, undefined)
}

export const abortUpload = (world: World, target: UploadTarget): void => {
  const state = openBucket(world, target.bucket)
  closeUpload(world, state, findUpload(state, target), world.now())
}

export type ListedParts = {
  readonly upload: Upload
  readonly parts: Part[]
  readonly next: number | undefined
}

export const listParts = (
  world: World,
  input: UploadTarget & { readonly after?: number | undefined; readonly maxParts?: number | undefined },
): ListedParts => {
  const { upload, parts } = findUpload(openBucket(world, input.bucket), input)
  const { after = 0, maxParts = 1000 } = input
  world.meter.add('s3.list', 1)
  const rest = [...parts.values()].filter(({ number }) => number > after).sort((a, b) => a.number - b.number)
  const page = rest.slice(0, maxParts)
  return { upload, parts: page, next: page.length < rest.length ? page.at(-1)?.number : undefined }
}
