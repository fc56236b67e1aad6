import { describe, expect, test } from 'vitest'
import { makeS3FileSigner } from '../../shared/adapters/aws/s3-file-signer.ts'
import { makeMemoryFileSigner } from '../../shared/adapters/memory/memory-file-signer.ts'
import { aCloudWithClients } from '../support/a-catalog-table.ts'

const BUCKET = 'rehydrated'
const KEY = 'analysts/a+b/2024-03-10.ndjson'

const aBucket = async () => {
  const made = await aCloudWithClients({ start: Date.now(), speed: 0 })
  made.cloud.s3.createBucket({ bucket: BUCKET })
  made.cloud.s3.putObject({ bucket: BUCKET, key: KEY, body: Buffer.from('{"a":1}\n') })
  return made
}

type Made = Awaited<ReturnType<typeof aBucket>>

describe.each([
  ['memory', ({ cloud }: Made) => makeMemoryFileSigner(cloud.s3, BUCKET)],
  ['S3', ({ s3, owner }: Made) => makeS3FileSigner({ s3, bucket: BUCKET, owner })],
] as const)('a file signed in %s', (_, make) => {
  test('has a URL that says how long it holds, and that nobody could have made up', async () => {
    const url = new URL((await make(await aBucket()).sign(KEY, 900)) ?? '')
    expect(decodeURIComponent(url.pathname)).toContain(KEY)
    expect(url.searchParams.get('X-Amz-Expires')).toBe('900')
    expect(url.searchParams.get('X-Amz-Signature')).toMatch(/\w/)
  })

  test('that is not there has none', async () => {
    expect(await make(await aBucket()).sign('analysts/other', 900)).toBeNull()
  })
})

describe('the URL of a file in S3', () => {
  test('[S12] opens that file without any credentials, until it expires', async () => {
    const made = await aBucket()
    const url = (await makeS3FileSigner({ ...made, bucket: BUCKET }).sign(KEY, 900)) ?? ''
    expect(await (await fetch(url)).text()).toBe('{"a":1}\n')
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403)
    expect((await fetch(url.replace('2024-03-10', '2024-03-11'))).status).toBe(403)
    await made.cloud.advance(Date.now() + 901_000)
    expect((await fetch(url)).status).toBe(403)
  })

  test('[S9] is not made where the bucket is somebody else’s', async () => {
    const { s3 } = await aBucket()
    const signer = makeS3FileSigner({ s3, bucket: BUCKET, owner: '999999999999' })
    await expect(signer.sign(KEY, 900)).rejects.toThrow()
  })
})
