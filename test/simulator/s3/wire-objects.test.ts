import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
} from '@aws-sdk/client-s3'
import { afterAll, describe, expect, test } from 'vitest'
import { anS3, DAY, MB } from './s3-fixture.ts'
import { sdkRefusal, serveS3 } from './wire-fixture.ts'

const cloud = anS3()
const server = await serveS3(cloud.s3)
const client = server.client()
afterAll(() => server.close())

const Bucket = 'ice'
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('base64')
const read = async (Key: string, Range?: string) => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range }))
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}

describe('the wire', () => {
  test('keeps what the SDK puts, and says everything about it that it was told', async () => {
    const put = await client.send(
      new PutObjectCommand({
        Bucket,
        Key: 'a b/ü+%#?.txt',
        Body: 'hello',
        ContentType: 'text/plain',
        CacheControl: 'no-cache',
        Metadata: { origin: 'test' },
        Tagging: 'class=cold&a%20b=c%26d',
        StorageClass: 'GLACIER_IR',
        ChecksumSHA256: sha256(Buffer.from('hello')),
      }),
    )
    expect(put).toMatchObject({
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      ChecksumSHA256: sha256(Buffer.from('hello')),
    })
    const head = await client.send(
      new HeadObjectCommand({ Bucket, Key: 'a b/ü+%#?.txt', ChecksumMode: 'ENABLED' }),
    )
    expect(head).toMatchObject({
      ContentLength: 5,
      ContentType: 'text/plain',
      CacheControl: 'no-cache',
      Metadata: { origin: 'test' },
      StorageClass: 'GLACIER_IR',
      ChecksumSHA256: sha256(Buffer.from('hello')),
      ChecksumType: 'FULL_OBJECT',
      LastModified: new Date('2026-03-02T12:00:00Z'),
    })
    const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'a b/ü+%#?.txt' }))
    expect(TagSet).toEqual([
      { Key: 'class', Value: 'cold' },
      { Key: 'a b', Value: 'c&d' },
    ])
    expect((await read('a b/ü+%#?.txt')).toString()).toBe('hello')
  })

  test.each([0, 1, MB, MB + 1, 9 * MB])('carries %i bytes both ways', async (size) => {
    const body = randomBytes(size)
    await client.send(new PutObjectCommand({ Bucket, Key: `sized/${size}`, Body: body }))
    expect(sha256(await read(`sized/${size}`))).toBe(sha256(body))
  })

  test.each([10, 3 * MB])(
    'takes a stream of %i bytes in chunks with its checksum behind them',
    async (size) => {
      const body = randomBytes(size)
      const put = await client.send(
        new PutObjectCommand({
          Bucket,
          Key: 'stream',
          Body: Readable.from([body.subarray(0, 7), body.subarray(7)]),
          ContentLength: size,
          ContentEncoding: 'gzip',
          ChecksumAlgorithm: 'SHA256',
        }),
      )
      expect(put.ChecksumSHA256).toBe(sha256(body))
      const { ContentEncoding } = await client.send(new HeadObjectCommand({ Bucket, Key: 'stream' }))
      expect(ContentEncoding).toBe('gzip')
      expect((await read('stream')).equals(body)).toBe(true)
    },
  )

  test('serves ranges', async () => {
    const body = randomBytes(3 * MB)
    await client.send(new PutObjectCommand({ Bucket, Key: 'range', Body: body }))
    expect(await read('range', 'bytes=10-19')).toEqual(body.subarray(10, 20))
    expect(await read('range', 'bytes=-5')).toEqual(body.subarray(-5))
    expect((await read('range', `bytes=5-`)).equals(body.subarray(5))).toBe(true)
    const answer = await client.send(new GetObjectCommand({ Bucket, Key: 'range', Range: 'bytes=0-9' }))
    expect(answer.$metadata.httpStatusCode).toBe(206)
    expect(answer.ContentRange).toBe(`bytes 0-9/${3 * MB}`)
    expect(await sdkRefusal(read('range', `bytes=${3 * MB}-`))).toBe('416 InvalidRange')
  })

  test('refuses a second write under If-None-Match, and keeps the first', async () => {
    const put = (Body: string) =>
      client.send(new PutObjectCommand({ Bucket, Key: 'once', Body, IfNoneMatch: '*' }))
    await put('first')
    expect(await sdkRefusal(put('second'))).toBe('412 PreconditionFailed')
    expect((await read('once')).toString()).toBe('first')
  })

  test('answers conditional reads with 304 and 412', async () => {
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'known', Body: 'x' }))
    const get = (conditions: object) =>
      sdkRefusal(client.send(new GetObjectCommand({ Bucket, Key: 'known', ...conditions })))
    expect(await get({ IfNoneMatch: ETag })).toBe('304 Unknown')
    expect(await get({ IfMatch: '"other"' })).toBe('412 PreconditionFailed')
    expect(await get({ IfMatch: ETag })).toBe('no error')
  })

  test('stores nothing of a body whose checksum is wrong', async () => {
    for (const size of [10, 2 * MB]) {
      const wrong = client.send(
        new PutObjectCommand({
          Bucket,
          Key: 'bad',
          Body: randomBytes(size),
          ChecksumSHA256: sha256(Buffer.from('other')),
        }),
      )
      expect(await sdkRefusal(wrong)).toBe('400 BadDigest')
    }
    expect(await sdkRefusal(client.send(new HeadObjectCommand({ Bucket, Key: 'bad' })))).toBe('404 NotFound')
  })

  test('carries an archived object through a restore', async () => {
    const Key = 'frozen'
    await client.send(new PutObjectCommand({ Bucket, Key, Body: 'ice', StorageClass: 'DEEP_ARCHIVE' }))
    expect(await sdkRefusal(read(Key))).toBe('403 InvalidObjectState')
    const restore = () =>
      client.send(
        new RestoreObjectCommand({
          Bucket,
          Key,
          RestoreRequest: { Days: 2, GlacierJobParameters: { Tier: 'Bulk' } },
        }),
      )
    expect((await restore()).$metadata.httpStatusCode).toBe(202)
    expect(await sdkRefusal(restore())).toBe('409 RestoreAlreadyInProgress')
    const head = () => client.send(new HeadObjectCommand({ Bucket, Key }))
    expect((await head()).Restore).toBe('ongoing-request="true"')
    cloud.advance(2 * DAY)
    expect((await head()).Restore).toMatch(/^ongoing-request="false", expiry-date=".* 00:00:00 GMT"$/)
    expect((await restore()).$metadata.httpStatusCode).toBe(200)
    expect((await read(Key)).toString()).toBe('ice')
  })

  test('copies, tags and describes', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'source key', Body: 'copied', Tagging: 'a=b' }))
    const { CopyObjectResult } = await client.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy',
        CopySource: 'ice/source%20key',
        StorageClass: 'STANDARD_IA',
      }),
    )
    expect(CopyObjectResult?.ETag).toBe(`"${createHash('md5').update('copied').digest('hex')}"`)
    await client.send(
      new PutObjectTaggingCommand({ Bucket, Key: 'copy', Tagging: { TagSet: [{ Key: '<x>', Value: '&' }] } }),
    )
    const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'copy' }))
    expect(TagSet).toEqual([{ Key: '<x>', Value: '&' }])
    const attributes = await client.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'copy',
        ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass', 'Checksum'],
      }),
    )
    expect(attributes).toMatchObject({ ObjectSize: 6, StorageClass: 'STANDARD_IA' })
    expect(attributes.Checksum?.ChecksumCRC32).toBeDefined()
  })

  test('deletes only what is unchanged under If-Match', async () => {
    await client.send(new PutObjectCommand({ Bucket, Key: 'hot', Body: 'x' }))
    const remove = (IfMatch: string) => client.send(new DeleteObjectCommand({ Bucket, Key: 'hot', IfMatch }))
    expect(await sdkRefusal(remove('"other"'))).toBe('412 PreconditionFailed')
    expect(await sdkRefusal(remove('*'))).toBe('no error')
    expect(await sdkRefusal(remove('*'))).toBe('404 NoSuchKey')
  })
})
