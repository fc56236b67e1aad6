import { expect, it } from 'vitest'
import { findStackOutput } from '../../cli/stack-output.ts'

const url = 'https://x1.execute-api.eu-central-1.amazonaws.com'
const described = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>
<Outputs><member><OutputKey>HttpApiId</OutputKey><OutputValue>x1</OutputValue></member>
<member><OutputKey>HttpApiUrl</OutputKey>
  <OutputValue>${url}</OutputValue><Description>URL of the HTTP API</Description></member></Outputs>
</member></Stacks></DescribeStacksResult></DescribeStacksResponse>`

const refusal = (status: number, code: string, message: string) =>
  new Response(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    { status },
  )

const ask = async (name: string, response: Response) => {
  const asked: { url: string; authorization: string | undefined }[] = []
  const found = await findStackOutput(name, {
    stack: 'icecore-prod',
    region: 'eu-central-1',
    credentials: async () => ({ accessKeyId: 'a', secretAccessKey: 'b' }),
    now: () => Date.parse('2026-01-01T00:00:00Z'),
    fetch: async (to, init) => {
      const headers = new Headers(init?.headers)
      asked.push({ url: String(to), authorization: headers.get('authorization') ?? undefined })
      return response
    },
  })
  return { found, asked }
}

it('finds what a stack printed, by a signed question', async () => {
  const { found, asked } = await ask('HttpApiUrl', new Response(described))
  expect(found).toBe(url)
  expect(asked).toEqual([
    {
      url: 'https://cloudformation.eu-central-1.amazonaws.com/?Action=DescribeStacks&StackName=icecore-prod&Version=2010-05-15',
      authorization: expect.stringContaining(
        'Credential=a/20260101/eu-central-1/cloudformation/aws4_request',
      ),
    },
  ])
})

it('finds nothing where there is none, or the caller may not look', async () => {
  expect((await ask('Nope', new Response(described))).found).toBeUndefined()
  const missing = refusal(400, 'ValidationError', 'Stack with id icecore-prod does not exist')
  expect((await ask('HttpApiUrl', missing)).found).toBeUndefined()
  const denied = refusal(403, 'AccessDenied', 'User: a is not authorized to perform: DescribeStacks')
  expect((await ask('HttpApiUrl', denied)).found).toBeUndefined()
})

it.each([
  [refusal(403, 'ExpiredToken', 'The security token included in the request is expired'), 'ExpiredToken'],
  [refusal(400, 'ValidationError', '1 validation error detected'), 'ValidationError'],
  [refusal(400, 'Throttling', 'Rate exceeded'), 'Throttling'],
  [new Response('<html>', { status: 502 }), 'http-502'],
])('throws what else AWS answers, under its name', async (response, name) => {
  await expect(ask('HttpApiUrl', response)).rejects.toMatchObject({ name })
})
