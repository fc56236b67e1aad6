import { isIPv4 } from 'node:net'
import { S3ControlClient, type S3ControlClientConfig } from '@aws-sdk/client-s3-control'

const isAddress = (endpoint: unknown): boolean =>
  typeof endpoint === 'string' && URL.canParse(endpoint) && isIPv4(new URL(endpoint).hostname)

/**
 * A client of S3 Control, made once per cold start. S3 Control has a host name for each account. An endpoint that is given by its address
 * has none below it; there the header alone says whose account it is.
 */
export const makeControlClient = (config: S3ControlClientConfig = {}): S3ControlClient => {
  const client = new S3ControlClient({ maxAttempts: 6, ...config })
  const { endpointProvider } = client.config
  client.config.endpointProvider = (parameters, context) => {
    const hasNoNames = isAddress(parameters.Endpoint)
    return endpointProvider(hasNoNames ? { ...parameters, RequiresAccountId: false } : parameters, context)
  }
  return client
}
