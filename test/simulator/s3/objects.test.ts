import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { conditionalRequestConflict, slowDown } from '../../../simulator/s3/s3-error.ts'
import { anS3, DAY, KB, MONDAY_NOON, refusal } from './s3-fixture.ts'

describe('conditional writes', () => {
  const etag = createHash('md5').update('snow').digest('hex')

  test.each([
    ['If-None-Match: * on a new key', false, { ifNoneMatch: '*' }, 'no error'],
    ['If-None-Match: * on a taken key', true, { ifNoneMatch: '*' }, '412 PreconditionFailed'],
    ['If-None-Match with an ETag', false, { ifNoneMatch: '"abc"' }, '501 NotImplemented'],
    ['If-Match with the right ETag', true, { ifMatch: `"${etag}"` }, 'no error'],
    ['If-Match with another ETag', true, { ifMatch: '"abc"' }, '412 PreconditionFailed'],
    ['If-Match on a new key', false, { ifMatch: `"${etag}"` }, '404 NoSuchKey'],
  ])('%s', (_, exists, conditions, answer) => {
    const { put, read } = anS3()
    if (exists) put('key')
    expect(refusal(() => put('key', { body: Buffer.from('new'), ...conditions }))).toBe(answer)
    if (exists) expect(read('key')).toBe(answer === 'no error' ? 'new' : 'snow')
  })

  test('a copy obeys them too', () => {
    const { s3, put } = anS3()
    put('a')
    put('b')
    const copy = { bucket: 'ice', key: 'b', source: { bucket: 'ice', key: 'a' }, ifNoneMatch: '*' }
    expect(refusal(() => s3.copyObject(copy))).toBe('412 PreconditionFailed')
  })

  test('a deleted key is free again, a delete marker frees it too', () => {
    const { s3, put, read } = anS3()
    s3.putVersioning({ bucket: 'ice', versioning: 'Enabled' })
    put('key')
    s3.deleteObject({ bucket: 'ice', key: 'key' })
    put('key', { body: Buffer.from('again'), ifNoneMatch: '*' })
    expect(read('key')).toBe('again')
  })

  test('can be made to conflict, as when two are under way', () => {
    const { put, s3 } = anS3({
      faults: {
        before: (operation, { key }) => {
          if (operation === 'PutObject' && key === 'busy') throw conditionalRequestConflict()
        },
      },
    })
    expect(refusal(() => put('busy', { ifNoneMatch: '*' }))).toBe('409 ConditionalRequestConflict')
    expect(s3.listObjects({ bucket: 'ice' }).objects).toEqual([])
  })
})

describe('faults', () => {
  test('before an operation leave no trace, after it only the answer is lost', () => {
    let when: 'before' | 'after' | 'never' = 'never'
    const fail = (now: string) => (operation: string) => {
      if (operation === 'PutObject' && when === now) throw slowDown()
    }
    const { put, read } = anS3({ faults: { before: fail('before'), after: fail('after') } })
    when = 'before'
    expect(refusal(() => put('key'))).toBe('503 SlowDown')
    when = 'never'
    expect(refusal(() => read('key'))).toBe('404 NoSuchKey')
    when = 'after'
    expect(refusal(() => put('key'))).toBe('503 SlowDown')
    expect(read('key')).toBe('snow')
  })

  test('damage at rest changes the bytes and nothing that is said about them', () => {
    const { s3, put, head, read } = anS3()
    put('key', { body: Buffer.from([1, 2, 3]) })
    const before = head('key').version
    s3.corruptObject({ bucket: 'ice', key: 'key', damage: (bytes) => bytes.map((byte) => byte ^ 255) })
    expect(Buffer.from(read('key'), 'latin1').length).toBeGreaterThan(0)
    expect(s3.getObject({ bucket: 'ice', key: 'key' }).content.bytes()).toEqual(Buffer.from([254, 253, 252]))
    expect(head('key').version).toEqual({ ...before, pieces: head('key').version.pieces })
  })
})

describe('checksums', () => {
  test.each([
    ['CRC32', 'mVp5Dw=='],
    ['CRC32C', 'TEvqBw=='],
    ['SHA1', 'AAAA'],
  ] as const)('%s that is not that of the body is refused', (algorithm, value) => {
    const { put, s3 } = anS3()
    const answer = refusal(() => put('key', { checksum: { algorithm, value } }))
    expect(answer).toBe(algorithm === 'SHA1' ? '400 InvalidRequest' : '400 BadDigest')
    expect(s3.listObjects({ bucket: 'ice' }).objects).toEqual([])
  })

  // Check values of the CRC catalogue for "123456789", and RFC digests.
  test.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['SHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
  ] as const)('%s is kept and shown', (algorithm, hex) => {
    const { put, head } = anS3()
    const value = Buffer.from(hex, 'hex').toString('base64')
    put('key', { body: Buffer.from('123456789'), checksum: { algorithm, value } })
    expect(head('key').version.checksum).toEqual({ algorithm, value, type: 'FULL_OBJECT' })
  })

  test('Content-MD5 is checked', () => {
    const { put } = anS3()
    const md5 = (text: string) => createHash('md5').update(text).digest('base64')
    expect(refusal(() => put('key', { contentMd5: md5('rain') }))).toBe('400 BadDigest')
    expect(refusal(() => put('key', { contentMd5: 'short' }))).toBe('400 InvalidDigest')
    expect(refusal(() => put('key', { contentMd5: md5('snow') }))).toBe('no error')
  })
})

describe('versions', () => {
  const versioned = () => {
    const cloud = anS3()
    cloud.s3.putVersioning({ bucket: 'ice', versioning: 'Enabled' })
    const list = () =>
      cloud.s3
        .listVersions({ bucket: 'ice' })
        .versions.map(({ version, isLatest }) => [version.versionId, version.deleteMarker, isLatest])
    return { ...cloud, list }
  }

  test('are kept on overwriting and hidden by a delete marker', () => {
    const { s3, put, read, head, list } = versioned()
    const first = put('key', { body: Buffer.from('1') }).versionId
    const second = put('key', { body: Buffer.from('2') }).versionId
    const { versionId: marker } = s3.deleteObject({ bucket: 'ice', key: 'key' })
    expect(list()).toEqual([
      [marker, true, true],
      [second, false, false],
      [first, false, false],
    ])
    expect(refusal(() => read('key'))).toBe('404 NoSuchKey')
    expect(refusal(() => head('key', marker))).toBe('405 MethodNotAllowed')
    expect(s3.getObject({ bucket: 'ice', key: 'key', versionId: first }).content.bytes().toString()).toBe('1')
  })

  test('come back when the marker or the newest is deleted', () => {
    const { s3, put, read } = versioned()
    put('key', { body: Buffer.from('1') })
    const second = put('key', { body: Buffer.from('2') }).versionId
    const { versionId } = s3.deleteObject({ bucket: 'ice', key: 'key' })
    expect(s3.deleteObject({ bucket: 'ice', key: 'key', versionId })).toEqual({
      versionId,
      deleteMarker: true,
    })
    expect(read('key')).toBe('2')
    s3.deleteObject({ bucket: 'ice', key: 'key', versionId: second })
    expect(read('key')).toBe('1')
  })

  test('stop with suspension: the null version is overwritten, the others stay', () => {
    const { s3, put, list } = versioned()
    const first = put('key').versionId
    s3.putVersioning({ bucket: 'ice', versioning: 'Suspended' })
    expect(put('key').versionId).toBe('null')
    put('key')
    expect(list()).toEqual([
      ['null', false, true],
      [first, false, false],
    ])
    s3.deleteObject({ bucket: 'ice', key: 'key' })
    expect(list()).toEqual([
      ['null', true, true],
      [first, false, false],
    ])
  })

  test('without versioning an overwrite is final and no version is named', () => {
    const { s3, put, head } = anS3()
    expect(put('key').versionId).toBeUndefined()
    put('key', { body: Buffer.from('new') })
    expect(s3.listVersions({ bucket: 'ice' }).versions).toHaveLength(1)
    expect(head('key').versionId).toBeUndefined()
    expect(refusal(() => head('key', 'other'))).toBe('404 NoSuchVersion')
  })

  test('are listed in pages that go on within a key', () => {
    const { s3, put } = versioned()
    const ids = ['a', 'a', 'a', 'b'].map((key) => put(key).versionId)
    const first = s3.listVersions({ bucket: 'ice', maxKeys: 2 })
    const rest = s3.listVersions({ bucket: 'ice', ...first.next })
    expect([...first.versions, ...rest.versions].map(({ version }) => version.versionId)).toEqual([
      ids[2],
      ids[1],
      ids[0],
      ids[3],
    ])
  })
})

describe('copies', () => {
  test('are new STANDARD objects with the source’s metadata and tags, unless told otherwise', () => {
    const { s3, put, head, advance } = anS3()
    put('from', { storageClass: 'GLACIER_IR', metadata: { a: 'b' }, tags: { class: 'cold' } })
    advance(DAY)
    s3.copyObject({ bucket: 'ice', key: 'to', source: { bucket: 'ice', key: 'from' } })
    expect(head('to').version).toMatchObject({
      storageClass: 'STANDARD',
      metadata: { a: 'b' },
      tags: { class: 'cold' },
      createdAt: MONDAY_NOON + DAY,
    })
  })

  test('outlive their source', () => {
    const { s3, put, read } = anS3()
    put('from')
    s3.copyObject({ bucket: 'ice', key: 'to', source: { bucket: 'ice', key: 'from' } })
    s3.deleteObject({ bucket: 'ice', key: 'from' })
    put('other', { body: Buffer.alloc(200 * KB) })
    expect(read('to')).toBe('snow')
  })

  test('onto themselves must change something', () => {
    const { s3, put } = anS3()
    put('key')
    const copy = { bucket: 'ice', key: 'key', source: { bucket: 'ice', key: 'key' } }
    expect(refusal(() => s3.copyObject(copy))).toBe('400 InvalidRequest')
    expect(refusal(() => s3.copyObject({ ...copy, storageClass: 'STANDARD_IA' }))).toBe('no error')
  })
})

describe('limits', () => {
  test.each([
    ['a key of 1,025 bytes', { key: 'é'.repeat(513) }, '400 KeyTooLongError'],
    ['a class that does not exist', { storageClass: 'COLD' }, '400 InvalidStorageClass'],
    [
      'eleven tags',
      { tags: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`t${i}`, ''])) },
      '400 BadRequest',
    ],
    ['a tag value of 257 characters', { tags: { a: 'b'.repeat(257) } }, '400 InvalidTag'],
    ['metadata above 2 KB', { metadata: { a: 'b'.repeat(2049) } }, '400 MetadataTooLarge'],
    ['a hold in a bucket without Object Lock', { legalHold: true }, '400 InvalidRequest'],
  ])('%s is refused', (_, input, answer) => {
    const { s3, put } = anS3()
    expect(refusal(() => put('key', input))).toBe(answer)
    expect(s3.listObjects({ bucket: 'ice' }).objects).toEqual([])
  })

  test('a bucket with anything in it cannot be deleted', () => {
    const { s3, put } = anS3()
    put('key')
    expect(refusal(() => s3.deleteBucket({ bucket: 'ice' }))).toBe('409 BucketNotEmpty')
    s3.deleteObject({ bucket: 'ice', key: 'key' })
    s3.deleteBucket({ bucket: 'ice' })
    expect(refusal(() => s3.headBucket({ bucket: 'ice' }))).toBe('404 NoSuchBucket')
  })
})
