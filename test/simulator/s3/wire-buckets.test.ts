import { connect } from 'node:net'
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetBucketAclCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketNotificationConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetBucketWebsiteCommand,
  GetObjectCommand,
  GetObjectLegalHoldCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLegalHoldCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3'
import { afterAll, describe, expect, test } from 'vitest'
import { anS3, MB } from './s3-fixture.ts'
import { sdkRefusal, serveS3 } from './wire-fixture.ts'

const cloud = anS3()
const server = await serveS3(cloud.s3)
const client = server.client()
afterAll(() => server.close())

const Bucket = 'ice'

describe('buckets on the wire', () => {
  test('are made, found, listed and deleted', async () => {
    await client.send(new CreateBucketCommand({ Bucket: 'snow' }))
    await client.send(new HeadBucketCommand({ Bucket: 'snow' }))
    const { Buckets } = await client.send(new ListBucketsCommand())
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['ice', 'snow'])
    expect(await client.send(new GetBucketLocationCommand({ Bucket: 'snow' }))).toMatchObject({})
    await client.send(new DeleteBucketCommand({ Bucket: 'snow' }))
    expect(await sdkRefusal(client.send(new HeadBucketCommand({ Bucket: 'snow' })))).toBe('404 NotFound')
    expect(await sdkRefusal(client.send(new CreateBucketCommand({ Bucket: 'No_Name' })))).toBe(
      '400 InvalidBucketName',
    )
  })

  test('can be addressed by host name', async () => {
    cloud.put('hosted/key')
    const answer = await fetchFromHost('ice.s3.us-east-1.amazonaws.com', '/hosted/key')
    expect(answer).toMatch(/^HTTP\/1\.1 200[\s\S]*snow$/)
  })

  test('give back their settings', async () => {
    const Rules = [
      {
        ID: 'cold',
        Status: 'Enabled' as const,
        Filter: {
          And: { Prefix: 'a/', Tags: [{ Key: 'class', Value: 'cold' }], ObjectSizeGreaterThan: 0 },
        },
        Transitions: [
          { Days: 1, StorageClass: 'GLACIER_IR' as const },
          { Days: 90, StorageClass: 'DEEP_ARCHIVE' as const },
        ],
        NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 2 },
      },
      {
        ID: 'uploads',
        Status: 'Disabled' as const,
        Filter: { Prefix: '' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
      },
    ]
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules },
        TransitionDefaultMinimumObjectSize: 'varies_by_storage_class',
      }),
    )
    const lifecycle = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))
    expect(lifecycle.Rules).toEqual(Rules)
    expect(lifecycle.TransitionDefaultMinimumObjectSize).toBe('varies_by_storage_class')

    const QueueConfigurations = [
      {
        Id: 'hot',
        QueueArn: 'arn:aws:sqs:us-east-1:000000000000:objects',
        Events: ['s3:ObjectCreated:*' as const],
        Filter: { Key: { FilterRules: [{ Name: 'prefix' as const, Value: 'hot/' }] } },
      },
    ]
    await client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations },
      }),
    )
    const notification = await client.send(new GetBucketNotificationConfigurationCommand({ Bucket }))
    // S3 writes these names with a capital, however they came.
    const shown = JSON.parse(JSON.stringify(QueueConfigurations).replace('"prefix"', '"Prefix"'))
    expect(notification.QueueConfigurations).toEqual(shown)

    expect(await sdkRefusal(client.send(new GetBucketPolicyCommand({ Bucket })))).toBe(
      '404 NoSuchBucketPolicy',
    )
    const Policy = '{"Version":"2012-10-17","Statement":[]}'
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy }))
    expect((await client.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy)
    await client.send(
      new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true } }),
    )
  })

  test('answer 501 to what is not simulated', async () => {
    expect(await sdkRefusal(client.send(new GetBucketAclCommand({ Bucket })))).toBe('501 NotImplemented')
    expect(await sdkRefusal(client.send(new GetBucketWebsiteCommand({ Bucket })))).toBe('501 NotImplemented')
    const put = (more: object) =>
      sdkRefusal(client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ...more })))
    expect(await put({ StorageClass: 'INTELLIGENT_TIERING' })).toBe('501 NotImplemented')
    expect(await put({ ACL: 'public-read' })).toBe('501 NotImplemented')
    expect(await put({ WebsiteRedirectLocation: '/x' })).toBe('501 NotImplemented')
    expect(await put({ WriteOffsetBytes: 1 })).toBe('501 NotImplemented')
    expect(await put({ StorageClass: 'LUKEWARM' })).toBe('400 InvalidStorageClass')
    expect(cloud.s3.listObjects({ bucket: 'ice', prefix: 'k' }).objects).toEqual([])
  })

  test('are refused to who expects another owner', async () => {
    const get = (ExpectedBucketOwner: string) =>
      sdkRefusal(client.send(new HeadBucketCommand({ Bucket, ExpectedBucketOwner })))
    expect(await get('000000000000')).toBe('no error')
    expect(await get('111111111111')).toBe('403 Unknown')
  })
})

describe('lists on the wire', () => {
  test('come in pages, in the order of the bytes of their keys, with prefixes and restores', async () => {
    const { s3 } = cloud
    s3.createBucket({ bucket: 'listed' })
    const keys = ['a', 'b/1', 'b/2', 'c & <d>', 'é', '\u{ff5e}', '\u{1f600}', 'tab\there']
    for (const key of keys)
      s3.putObject({ bucket: 'listed', key, body: Buffer.from(key), storageClass: 'GLACIER' })
    s3.restoreObject({ bucket: 'listed', key: 'a', days: 1 })

    const pages: string[][] = []
    let ContinuationToken: string | undefined
    do {
      const page = await client.send(
        new ListObjectsV2Command({ Bucket: 'listed', Delimiter: '/', MaxKeys: 2, ContinuationToken }),
      )
      pages.push(
        [...(page.Contents ?? []), ...(page.CommonPrefixes ?? [])].map((one) =>
          'Key' in one ? (one.Key ?? '') : 'Prefix' in one ? (one.Prefix ?? '') : '',
        ),
      )
      expect(page.KeyCount).toBe(pages.at(-1)?.length)
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
    expect(pages).toEqual([['a', 'b/'], ['c & <d>', 'tab\there'], ['é', '\u{ff5e}'], ['\u{1f600}']])

    const { Contents } = await client.send(
      new ListObjectsV2Command({ Bucket: 'listed', MaxKeys: 2, OptionalObjectAttributes: ['RestoreStatus'] }),
    )
    expect(Contents?.map(({ StorageClass, RestoreStatus }) => [StorageClass, RestoreStatus])).toEqual([
      ['GLACIER', { IsRestoreInProgress: true }],
      ['GLACIER', undefined],
    ])
    const after = await client.send(
      new ListObjectsV2Command({ Bucket: 'listed', StartAfter: 'b/1', Prefix: 'b/' }),
    )
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(['b/2'])
    const old = await client.send(
      new ListObjectsCommand({ Bucket: 'listed', Marker: 'b/2', EncodingType: 'url' }),
    )
    expect(old.Contents?.map(({ Key }) => decodeURIComponent(Key ?? ''))).toEqual(
      keys.slice(3).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
  })

  test('show versions and delete markers, which many can be deleted of at once', async () => {
    const Bucket = 'versioned'
    await client.send(new CreateBucketCommand({ Bucket }))
    await client.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    )
    expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled')
    const put = () => client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }))
    const [first, second] = [await put(), await put()]
    const marked = await client.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }, { Key: 'none' }] } }),
    )
    expect(marked.Deleted?.map(({ Key, DeleteMarker }) => [Key, DeleteMarker])).toEqual([
      ['k', true],
      ['none', true],
    ])
    expect(await sdkRefusal(client.send(new HeadObjectCommand({ Bucket, Key: 'k' })))).toBe('404 NotFound')
    const list = () => client.send(new ListObjectVersionsCommand({ Bucket }))
    const { Versions = [], DeleteMarkers = [] } = await list()
    expect(Versions.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).toEqual([
      [second.VersionId, false],
      [first.VersionId, false],
    ])
    expect(DeleteMarkers.map(({ Key, IsLatest }) => [Key, IsLatest])).toEqual([
      ['k', true],
      ['none', true],
    ])
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }))
    const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))
    expect(Deleted).toHaveLength(4)
    expect(Errors).toBeUndefined()
    expect((await list()).Versions).toBeUndefined()
  })

  test('hold what is locked', async () => {
    const Bucket = 'locked'
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }))
    const { VersionId } = await client.send(
      new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ObjectLockLegalHoldStatus: 'ON' }),
    )
    const hold = await client.send(new GetObjectLegalHoldCommand({ Bucket, Key: 'k' }))
    expect(hold.LegalHold?.Status).toBe('ON')
    const remove = async () => {
      const Delete = { Objects: [{ Key: 'k', VersionId }] }
      const { Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete }))
      return Errors?.map(({ Code }) => Code)
    }
    expect(await remove()).toEqual(['AccessDenied'])
    await client.send(new PutObjectLegalHoldCommand({ Bucket, Key: 'k', LegalHold: { Status: 'OFF' } }))
    expect(await remove()).toBeUndefined()
  })
})

/** One request with a Host of its own, which fetch does not allow. */
const fetchFromHost = (host: string, path: string) =>
  new Promise<string>((resolve, reject) => {
    let text = ''
    const socket = connect(server.port, '127.0.0.1', () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
    })
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
  })

describe('an upload that breaks off', () => {
  test('leaves nothing', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`PUT /ice/broken HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${4 * MB}\r\n\r\n`)
    socket.write(Buffer.alloc(2 * MB))
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await sdkRefusal(client.send(new GetObjectCommand({ Bucket, Key: 'broken' })))).toBe(
      '404 NoSuchKey',
    )
  })

  test('is refused when its payload is not what was signed', async () => {
    for (const size of [4, 2 * MB]) {
      const answer = await fetch(`${server.endpoint}/ice/forged`, {
        method: 'PUT',
        headers: { 'x-amz-content-sha256': '0'.repeat(64) },
        body: Buffer.alloc(size),
      })
      expect(answer.status).toBe(400)
      expect(await answer.text()).toContain('<Code>XAmzContentSHA256Mismatch</Code>')
    }
    expect(await sdkRefusal(client.send(new HeadObjectCommand({ Bucket, Key: 'forged' })))).toBe(
      '404 NotFound',
    )
  })
})
