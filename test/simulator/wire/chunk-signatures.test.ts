import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { aCloud } from './cloud-fixture.ts'

/** The worked example of https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
const seed = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9'
const chunks = [
  { size: 65_536, signature: 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648' },
  { size: 1024, signature: '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497' },
  { size: 0, signature: 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9' },
]
const signedHeaders =
  'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class'

const upload = async (endpoint: string, letter: string, signatures: readonly string[]) => {
  const body = chunks
    .map(({ size }, index) => {
      const header = `${size.toString(16)};chunk-signature=${signatures[index]}`
      return `${header}\r\n${letter.repeat(size)}\r\n`
    })
    .join('')
  const sending = request(`${endpoint}/examplebucket/chunkObject.txt`, {
    method: 'PUT',
    headers: {
      host: 's3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${seed}`,
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '66560',
      'content-length': '66824',
    },
  })
  sending.end(body)
  const [response]: IncomingMessage[] = await once(sending, 'response')
  return response === undefined ? '' : text(response)
}

test('every chunk of a signed upload is checked against the one before it', async () => {
  const credentials = new Map([['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY']])
  const { cloud } = await aCloud({ credentials })
  cloud.s3.createBucket({ bucket: 'examplebucket' })
  const good = chunks.map(({ signature }) => signature)
  // The example's storage class is one that is not simulated: the answer to a body that was accepted.
  expect(await upload(cloud.endpoint, 'a', good)).toContain('<Code>InvalidStorageClass</Code>')
  expect(await upload(cloud.endpoint, 'b', good)).toContain('<Code>SignatureDoesNotMatch</Code>')
  const swapped = [good[0] ?? '', good[2] ?? '', good[1] ?? '']
  expect(await upload(cloud.endpoint, 'a', swapped)).toContain('<Code>SignatureDoesNotMatch</Code>')
})
