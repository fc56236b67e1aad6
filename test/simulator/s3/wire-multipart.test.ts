import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { afterAll, describe, expect, test } from 'vitest'
import { anS3, MB } from './s3-fixture.ts'
import { sdkRefusal, serveS3 } from './wire-fixture.ts'

const cloud = anS3()
const server = await serveS3(cloud.s3)
const client = server.client()
afterAll(() => server.close())

const Bucket = 'ice'
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest()
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

const begin = async (Key: string, input: Partial<CreateMultipartUploadCommandInput> = {}) => {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key, ...input }))
  const target = { Bucket, Key, UploadId }
  return {
    target,
    part: async (PartNumber: number, Body: Buffer, ChecksumAlgorithm?: 'SHA256') => {
      const answer = await client.send(
        new UploadPartCommand({ ...target, PartNumber, Body, ChecksumAlgorithm }),
      )
      return { PartNumber, ETag: answer.ETag, ChecksumSHA256: answer.ChecksumSHA256 }
    },
    complete: (Parts: object[], more: object = {}) =>
      client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts }, ...more })),
  }
}

describe('a multipart upload', () => {
  const first = randomBytes(5 * MB)
  const second = randomBytes(100)

  test('becomes one object of its parts, with a composite SHA-256', async () => {
    const upload = await begin('composite', {
      ChecksumAlgorithm: 'SHA256',
      StorageClass: 'GLACIER_IR',
      Tagging: 'a=b',
    })
    const parts = [await upload.part(1, first, 'SHA256'), await upload.part(2, second, 'SHA256')]
    const done = await upload.complete(parts)
    const composite = sha256(Buffer.concat([sha256(first), sha256(second)])).toString('base64')
    expect(done.ETag).toBe(`"${md5(Buffer.concat([md5(first), md5(second)])).toString('hex')}-2"`)
    expect(done).toMatchObject({ ChecksumSHA256: `${composite}-2`, ChecksumType: 'COMPOSITE' })
    const { Body, ...info } = await client.send(new GetObjectCommand({ Bucket, Key: 'composite' }))
    expect(
      Buffer.compare(Buffer.from((await Body?.transformToByteArray()) ?? []), Buffer.concat([first, second])),
    ).toBe(0)
    expect(info).toMatchObject({ StorageClass: 'GLACIER_IR', TagCount: 1 })
    expect(await sdkRefusal(upload.complete(parts))).toBe('404 NoSuchUpload')
  })

  test('has a full-object CRC where that is asked for, without reading the parts again', async () => {
    const upload = await begin('crc', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' })
    const parts = [await upload.part(1, first), await upload.part(2, second)]
    const value = Buffer.alloc(4)
    value.writeUInt32BE(crc32(Buffer.concat([first, second])))
    const done = await upload.complete(parts)
    expect(done).toMatchObject({ ChecksumCRC32: value.toString('base64'), ChecksumType: 'FULL_OBJECT' })
    const wrong = await begin('crc', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' })
    const refused = wrong.complete([await wrong.part(1, second)], { ChecksumCRC32: value.toString('base64') })
    expect(await sdkRefusal(refused)).toBe('400 BadDigest')
  })

  test('serves ranges over the borders of its parts, and single parts', async () => {
    const upload = await begin('parts')
    await upload.complete([await upload.part(3, first), await upload.part(7, second)])
    const get = async (input: object) => {
      const { Body, PartsCount } = await client.send(new GetObjectCommand({ Bucket, Key: 'parts', ...input }))
      return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), PartsCount }
    }
    const border = await get({ Range: `bytes=${5 * MB - 3}-${5 * MB + 2}` })
    expect(border.bytes).toEqual(Buffer.concat([first.subarray(-3), second.subarray(0, 3)]))
    expect(await get({ PartNumber: 2 })).toEqual({ bytes: second, PartsCount: 2 })
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'parts', PartNumber: 1 }))
    expect(head.ContentLength).toBe(5 * MB)
    const beyond = client.send(new GetObjectCommand({ Bucket, Key: 'parts', PartNumber: 3 }))
    expect(await sdkRefusal(beyond)).toBe('416 InvalidPartNumber')
  })

  test('is refused when its parts are not as named', async () => {
    const upload = await begin('wrong')
    const [small, last] = [await upload.part(1, second), await upload.part(2, second)]
    expect(await sdkRefusal(upload.complete([small, last]))).toBe('400 EntityTooSmall')
    expect(await sdkRefusal(upload.complete([last, small]))).toBe('400 InvalidPartOrder')
    expect(await sdkRefusal(upload.complete([{ PartNumber: 1, ETag: '"other"' }]))).toBe('400 InvalidPart')
    expect(await sdkRefusal(upload.complete([{ ...last, PartNumber: 9 }]))).toBe('400 InvalidPart')
    expect(await sdkRefusal(upload.complete([small], { MpuObjectSize: 7 }))).toBe('400 InvalidRequest')
    expect(await sdkRefusal(upload.complete([small]))).toBe('no error')
  })

  test('does not overwrite under If-None-Match', async () => {
    const upload = await begin('taken')
    const parts = [await upload.part(1, second)]
    cloud.put('taken')
    expect(await sdkRefusal(upload.complete(parts, { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed')
    expect(cloud.read('taken')).toBe('snow')
  })

  test('can be listed, and is gone when aborted', async () => {
    const upload = await begin('listed/abort')
    await upload.part(2, second)
    await upload.part(1, first)
    await upload.part(2, first)
    const parts = await client.send(new ListPartsCommand({ ...upload.target, MaxParts: 1 }))
    expect(parts).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1' })
    const rest = await client.send(new ListPartsCommand({ ...upload.target, PartNumberMarker: '1' }))
    expect(rest.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([[2, 5 * MB]])
    const uploads = async () => {
      const { Uploads = [] } = await client.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix: 'listed/' }),
      )
      return Uploads.map(({ Key }) => Key)
    }
    expect(await uploads()).toEqual(['listed/abort'])
    await client.send(new AbortMultipartUploadCommand(upload.target))
    expect(await uploads()).toEqual([])
    expect(await sdkRefusal(upload.part(1, second))).toBe('404 NoSuchUpload')
  })

  test('takes parts of other objects', async () => {
    cloud.put('source', { body: Buffer.from('0123456789') })
    const upload = await begin('joined')
    const { CopyPartResult } = await client.send(
      new UploadPartCopyCommand({
        ...upload.target,
        PartNumber: 1,
        CopySource: 'ice/source',
        CopySourceRange: 'bytes=2-4',
      }),
    )
    await upload.complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }])
    expect(cloud.read('joined')).toBe('234')
  })
})
