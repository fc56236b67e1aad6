import { devNull } from 'node:os'
import { region } from '../../account.ts'
import type { FunctionDefinition } from '../deployment/definitions.ts'

export type VariableSources = {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly root: string
  readonly tmp: string
}

/**
 * The function's own variables and those that Lambda sets, with the SDK led to the simulated cloud and nowhere else.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export const lambdaVariables = (
  definition: FunctionDefinition,
  { endpoint, credentials, root, tmp }: VariableSources,
): Record<string, string> => ({
  ...definition.environment,
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  AWS_ENDPOINT_URL: endpoint,
  // no file of the machine's user takes part
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_DEFAULT_REGION: region,
  AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
  AWS_LAMBDA_FUNCTION_NAME: definition.lambdaName,
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.lambdaName}`,
  AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  AWS_REGION: region,
  LAMBDA_TASK_ROOT: root,
  TMPDIR: tmp,
  TZ: ':UTC',
  _HANDLER: definition.handler,
})
