import { loadDeployment } from './deployment/load-deployment.ts'
import { DEFAULT_CREDENTIALS, type Host, type HostOptions, makeHost } from './host.ts'
import { provision } from './provision.ts'

export type StartOptions = Omit<HostOptions, 'cloud' | 'deployment' | 'root'> & {
  readonly stage?: string
  /** Web origins whose pages may call the HTTP API, with commas between them; none unless said. */
  readonly corsOrigins?: string | undefined
}

/** A whole icecore on `cloud`: everything that `<root>/serverless.yml` deploys, made and running. */
export const startHost = async (
  cloud: HostOptions['cloud'],
  root: string,
  options: StartOptions = {},
): Promise<Host> => {
  const { stage, corsOrigins, ...hostOptions } = options
  const { endpoint, sqs } = cloud
  const deployment = loadDeployment(root, { endpoint, corsOrigins, ...(stage !== undefined && { stage }) })
  const credentials = hostOptions.credentials ?? DEFAULT_CREDENTIALS
  await provision({ endpoint, sqs, credentials }, deployment)
  return makeHost({ cloud, deployment, root, ...hostOptions, credentials })
}
