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

const textOf = (tag: string, xml: string): string | undefined =>
  new RegExp(`<${tag}>([^<]*)</${tag}>`).exec(xml)?.[1]

/** AWS's own error, by its code; one that it does not explain by the status. */
const refusalOf = (status: number, xml: string): Error => {
  const refusal = new Error(textOf('Message', xml) ?? `CloudFormation answers with status ${status}`)
  refusal.name = textOf('Code', xml) ?? `http-${status}`
  return refusal
}

const isNoAnswer = ({ name, message }: Error): boolean =>
  name === 'AccessDenied' || (name === 'ValidationError' && message.includes('does not exist'))

/**
 * What a stack printed under a name when it was deployed; undefined where CloudFormation has no such stack or output, or does not
 * let the caller look. Errors: whatever else CloudFormation answers, under the name that AWS has for it. https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
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
  if (!response.ok) {
    const refusal = refusalOf(response.status, text)
    if (isNoAnswer(refusal)) return undefined
    throw refusal
  }
  return [...text.matchAll(OUTPUT)].find(([, key]) => key === name)?.[2]
}
