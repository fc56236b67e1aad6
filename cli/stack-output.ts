import { type CredentialProvider, makeSigner } from '../client/sign.ts'

type Of = {
  readonly stack: string
  readonly region: string
  readonly credentials: CredentialProvider
  readonly now: () => number
  /** CloudFormation's own in the region unless given. */
  readonly endpoint?: string
  readonly fetch?: typeof fetch
}

const OUTPUT = /<OutputKey>([^<]*)<\/OutputKey>\s*<OutputValue>([^<]*)<\/OutputValue>/g

/**
 * What a stack printed under a name when it was deployed; undefined where CloudFormation has no such stack or output, or does not
 * let the caller look. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
export const findStackOutput = async (name: string, of: Of): Promise<string | undefined> => {
  const { stack, region, credentials, now, endpoint = `https://cloudformation.${region}.amazonaws.com` } = of
  const url = new URL(endpoint)
  url.search = new URLSearchParams({
    Action: 'DescribeStacks',
    StackName: stack,
    Version: '2010-05-15',
  }).toString()
  const sign = makeSigner({ service: 'cloudformation', region, credentials, now })
  const headers = await sign({ method: 'GET', url, headers: {} })
  const response = await (of.fetch ?? fetch)(url, { headers })
  const text = await response.text()
  if (!response.ok) return undefined
  return [...text.matchAll(OUTPUT)].find(([, key]) => key === name)?.[2]
}
