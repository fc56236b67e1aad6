import { Failure } from './failure.ts'

type Given = {
  readonly stage: string
  readonly endpoint?: string
  readonly apiUrl?: string
}

type Variables = { readonly ICECORE_API_URL?: string; readonly AWS_ENDPOINT_URL?: string }

export const isLoopback = (endpoint: string): boolean =>
  ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname)

/** The simulator's API is where the simulator is. */
const ofSimulator = (endpoint: string | undefined): string | undefined =>
  endpoint !== undefined && isLoopback(endpoint) ? `${endpoint.replace(/\/+$/, '')}/_api` : undefined

/** Where the API answers. What the command line says goes before what the environment says; then the stack is asked. */
export const findApiUrl = async (
  { stage, endpoint, apiUrl }: Given,
  { ICECORE_API_URL, AWS_ENDPOINT_URL }: Variables,
  askStack: () => Promise<string | undefined>,
): Promise<string> => {
  const known = apiUrl ?? ofSimulator(endpoint) ?? ICECORE_API_URL ?? ofSimulator(AWS_ENDPOINT_URL)
  const url = known ?? (await askStack())
  if (url !== undefined) return url
  throw new Failure(
    `it is not known where the API answers: give --api-url, or set ICECORE_API_URL. The deployment prints it, and so does
  aws cloudformation describe-stacks --stack-name icecore-${stage} --query "Stacks[0].Outputs[?OutputKey=='HttpApiUrl'].OutputValue" --output text`,
  )
}
