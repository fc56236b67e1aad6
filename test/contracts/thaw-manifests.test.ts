import { describe, expect, test } from 'vitest'
import { makeS3ThawManifests } from '../../shared/adapters/aws/s3-thaw-manifests.ts'
import { makeMemoryThawManifests } from '../../shared/adapters/memory/memory-thaw-jobs.ts'
import { aCloudWithClients } from '../support/a-catalog-table.ts'

const BUCKET = 'archive'
const KEY = 'thaws/01HRKZ0000000000000000ABCD/Bulk-1-0f.csv'
const OBJECTS = ['sealed/dataset=orders/partition=2024-03-10/1.parquet', 'a b+c,d"é']

type Made = Awaited<ReturnType<typeof aCloudWithClients>>

describe.each([
  ['memory', ({ cloud }: Made) => makeMemoryThawManifests(cloud.s3, BUCKET)],
  ['S3', ({ s3, owner }: Made) => makeS3ThawManifests({ s3, bucket: BUCKET, owner })],
] as const)('a list of what a job is to thaw in %s', (_, make) => {
  const aBucket = async () => {
    const made = await aCloudWithClients()
    made.cloud.s3.createBucket({ bucket: BUCKET })
    return { manifests: make(made), s3: made.cloud.s3 }
  }

  test('names each object, encoded', async () => {
    const { manifests, s3 } = await aBucket()
    const version = await manifests.write(KEY, OBJECTS)
    const { content, version: stored } = s3.getObject({ bucket: BUCKET, key: KEY })
    expect(content.bytes().toString()).toBe(
      'archive,sealed/dataset%3Dorders/partition%3D2024-03-10/1.parquet\narchive,a%20b%2Bc%2Cd%22%C3%A9\n',
    )
    expect(version.replaceAll('"', '')).toBe(stored.etag)
  })

  test('is one version, however often it is written', async () => {
    const { manifests, s3 } = await aBucket()
    s3.putVersioning({ bucket: BUCKET, versioning: 'Enabled' })
    const version = await manifests.write(KEY, OBJECTS)
    expect(await manifests.write(KEY, OBJECTS)).toBe(version)
    expect(s3.listVersions({ bucket: BUCKET }).versions).toHaveLength(1)
  })

  test('is never another under the same key', async () => {
    const { manifests } = await aBucket()
    await manifests.write(KEY, OBJECTS)
    await expect(manifests.write(KEY, [])).rejects.toThrow('something else is there')
  })
})
