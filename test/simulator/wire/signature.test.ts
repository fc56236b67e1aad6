import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { ListQueuesCommand } from '@aws-sdk/client-sqs'
import { describe, expect, test } from 'vitest'
import { canonicalRequest } from '../../../simulator/wire/canonical-request.ts'
import { makeSignatureCheck, sha256 } from '../../../simulator/wire/signature.ts'
import { parseSignatureClaim } from '../../../simulator/wire/signature-claim.ts'
import { aCloud, clientsOf } from './cloud-fixture.ts'

/** The worked examples of https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
const exampleCredentials = new Map([['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY']])
const exampleTime = Date.UTC(2013, 4, 24)
const emptyHash = sha256('')
const host = 'examplebucket.s3.amazonaws.com'
const date = '20130524T000000Z'

const authorization = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`

const examples = [
  {
    what: 'GET Object',
    method: 'GET',
    path: '/test.txt',
    query: '',
    payloadHash: emptyHash,
    headers: { Host: host, Range: 'bytes=0-9', 'x-amz-content-sha256': emptyHash, 'x-amz-date': date },
    signed: 'host;range;x-amz-content-sha256;x-amz-date',
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    what: 'PUT Object',
    method: 'PUT',
    path: '/test%24file.text',
    query: '',
    payloadHash: sha256('Welcome to Amazon S3.'),
    headers: {
      Date: 'Fri, 24 May 2013 00:00:00 GMT',
      Host: host,
      'x-amz-content-sha256': sha256('Welcome to Amazon S3.'),
      'x-amz-date': date,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    },
    signed: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    what: 'GET Bucket lifecycle',
    method: 'GET',
    path: '/',
    query: 'lifecycle',
    payloadHash: emptyHash,
    headers: { Host: host, 'x-amz-content-sha256': emptyHash, 'x-amz-date': date },
    signed: 'host;x-amz-content-sha256;x-amz-date',
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    what: 'List Objects',
    method: 'GET',
    path: '/',
    query: 'max-keys=2&prefix=J',
    payloadHash: emptyHash,
    headers: { Host: host, 'x-amz-content-sha256': emptyHash, 'x-amz-date': date },
    signed: 'host;x-amz-content-sha256;x-amz-date',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
]

const verify = (example: (typeof examples)[number], changed: { signature?: string; time?: number } = {}) => {
  const header = authorization(example.signed, changed.signature ?? example.signature)
  const claim = parseSignatureClaim({ authorization: header, 'x-amz-date': date }, example.query)
  if (typeof claim !== 'object') throw new Error(`the claim is ${claim}`)
  const now = () => changed.time ?? exampleTime
  const rawHeaders = Object.entries(example.headers).flat()
  return makeSignatureCheck(exampleCredentials, now, true)(claim, { ...example, rawHeaders })
}

describe("AWS's worked examples", () => {
  test.each(examples)('$what is proven', (example) => {
    expect(verify(example)).toMatchObject({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE' })
  })

  test.each(examples)('$what with another signature is refused', (example) => {
    const signature = example.signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
    expect(verify(example, { signature })).toBe('wrong-signature')
    expect(verify(example, { signature: 'zz' })).toBe('wrong-signature')
  })

  test('more than 15 minutes off, either way, is refused where that is asked', () => {
    const [example] = examples
    if (example === undefined) throw new Error('no example')
    expect(verify(example, { time: exampleTime + 900_001 })).toBe('clock-skew')
    expect(verify(example, { time: exampleTime - 900_001 })).toBe('clock-skew')
    expect(verify(example, { time: exampleTime + 899_999 })).toMatchObject({ service: 's3' })
  })

  test('a presigned URL holds for as long as it says', () => {
    const query =
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404'
    const claim = parseSignatureClaim({}, query)
    if (typeof claim !== 'object') throw new Error(`the claim is ${claim}`)
    const at = (time: number) =>
      makeSignatureCheck(
        exampleCredentials,
        () => time,
        false,
      )(claim, {
        method: 'GET',
        path: '/test.txt',
        query,
        rawHeaders: ['Host', host],
        payloadHash: 'UNSIGNED-PAYLOAD',
      })
    expect(at(exampleTime + 86_400_000)).toMatchObject({ expires: 86_400 })
    expect(at(exampleTime + 86_400_001)).toBe('expired')
  })
})

test.each([
  ['s3', '/a b/ä/%7e', '/a%20b/%C3%A4/~'],
  ['s3', '/a+b/%2f', '/a%2Bb/%2F'],
  ['execute-api', '/a%20b', '/a%2520b'],
])('a path for %s is spelled one way: %s is %s', (service, path, expected) => {
  const text = canonicalRequest({
    method: 'GET',
    path,
    query: 'b=2&a=%7E+x&a=1',
    rawHeaders: ['Host', 'h', 'X-Many', ' a   b ', 'x-many', 'c'],
    signedHeaders: ['host', 'x-many'],
    payloadHash: 'hash',
    service,
  })
  expect(text.split('\n')).toEqual([
    'GET',
    expected,
    'a=1&a=~%20x&b=2',
    'host:h',
    'x-many:a b,c',
    '',
    'host;x-many',
    'hash',
  ])
})

describe('the front door', () => {
  test.each([
    [
      { accessKeyId: 'icecore', secretAccessKey: 'wrong' },
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
    ],
    [
      { accessKeyId: 'stranger', secretAccessKey: 'icecore-local' },
      'InvalidClientTokenId',
      'UnrecognizedClientException',
    ],
  ])('refuses %j', async (credentials, sqsName, jsonName) => {
    const { cloud } = await aCloud()
    const { sqs, dynamodb } = clientsOf(cloud.endpoint, credentials)
    await expect(sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject({
      name: expect.stringMatching(`${sqsName}|${jsonName}`),
      $metadata: { httpStatusCode: 403 },
    })
    await expect(dynamodb.send(new PutItemCommand({ TableName: 't', Item: {} }))).rejects.toMatchObject({
      name: jsonName,
      $metadata: { httpStatusCode: 400 },
    })
  })

  test('refuses an unsigned request', async () => {
    const { cloud } = await aCloud()
    const target = { 'x-amz-target': 'AmazonSQS.ListQueues', 'content-type': 'application/x-amz-json-1.0' }
    const json = await fetch(cloud.endpoint, { method: 'POST', headers: target, body: '{}' })
    expect(json.status).toBe(403)
    expect(await json.json()).toMatchObject({ __type: expect.stringContaining('MissingAuthenticationToken') })
    const s3 = await fetch(`${cloud.endpoint}/bucket/key`)
    expect(s3.status).toBe(403)
    expect(await s3.text()).toContain('<Code>AccessDenied</Code>')
  })

  test('refuses a body that is not the one that was signed', async () => {
    const { cloud, sqs } = await aCloud()
    sqs.middlewareStack.add(
      (next) => async (args) => {
        const { request } = args
        if (typeof request === 'object' && request !== null && 'body' in request) request.body = '[]'
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low' },
    )
    await expect(sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
    expect(cloud.bill.snapshot()).toEqual({})
  })

  test('compares signing times with the virtual clock where that is asked', async () => {
    const start = Date.UTC(2030, 0, 1)
    const strict = await aCloud({ start, checkSkew: true })
    await expect(strict.sqs.send(new ListQueuesCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
    const lenient = await aCloud({ start })
    await lenient.sqs.send(new ListQueuesCommand({}))
  })
})
