import { accountId, region } from '../../simulator/account.ts'
import { API_PREFIX } from '../../simulator/host/api/http-api.ts'

/** What one request to AWS does, in the words of IAM. */
export type Call = { readonly action: string; readonly resource: string }

export type WireCall = {
  readonly service: string
  readonly method: string
  /** As sent, still encoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const member = (body: string, name: string): string | undefined => {
  const value: unknown = JSON.parse(body === '' ? '{}' : body)
  const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
  return typeof found === 'string' ? found : undefined
}

const dynamodbCall = (operation: string, body: string): Call => {
  const table = `arn:aws:dynamodb:${region}:${accountId}:table/${member(body, 'TableName')}`
  const index = member(body, 'IndexName')
  return {
    action: `dynamodb:${operation}`,
    resource: index === undefined ? table : `${table}/index/${index}`,
  }
}

/** A batch needs what its single messages need. */
const sqsCall = (operation: string, body: string): Call => {
  const queue = member(body, 'QueueUrl')?.split('/').at(-1) ?? member(body, 'QueueName')
  return {
    action: `sqs:${operation.replace(/Batch$/, '')}`,
    resource: `arn:aws:sqs:${region}:${accountId}:${queue}`,
  }
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html */
const apiCall = ({ method, path }: WireCall): Call => ({
  action: 'execute-api:Invoke',
  resource: `arn:aws:execute-api:${region}:${accountId}:HttpApi/$default/${method}${path.replace(API_PREFIX, '')}`,
})

const jobCall = ({ method, path }: WireCall): Call => {
  if (/\/jobs$/.test(path)) return { action: 's3:CreateJob', resource: '*' }
  const [, id] = /\/jobs\/([^/]+)/.exec(path) ?? []
  const resource = `arn:aws:s3:${region}:${accountId}:job/${id}`
  return { action: method === 'GET' ? 's3:DescribeJob' : 's3:UpdateJobStatus', resource }
}

const objectAction = ({ method, query }: WireCall): string => {
  if (query.has('restore')) return 's3:RestoreObject'
  if (query.has('uploadId') && method === 'DELETE') return 's3:AbortMultipartUpload'
  const verb = { GET: 'Get', HEAD: 'Get', PUT: 'Put', POST: 'Put', DELETE: 'Delete' }[method]
  if (verb === undefined) throw new Error(`${method} of an object is not known here`)
  const version = query.has('versionId') ? 'Version' : ''
  return `s3:${verb}Object${version}${query.has('tagging') ? 'Tagging' : ''}`
}

const s3Calls = (call: WireCall): readonly Call[] => {
  if (call.headers['x-amz-account-id'] !== undefined) return [jobCall(call)]
  const [, bucket = '', ...rest] = decodeURIComponent(call.path).split('/')
  const key = rest.join('/')
  if (key === '') {
    if (call.method === 'GET' && call.query.get('list-type') === '2')
      return [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` }]
    throw new Error(`${call.method} of a bucket is not known here: ${call.query}`)
  }
  const resource = `arn:aws:s3:::${bucket}/${key}`
  const tags = call.headers['x-amz-tagging'] === undefined ? [] : ['s3:PutObjectTagging']
  return [objectAction(call), ...tags].map((action) => ({ action, resource }))
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
export const callsOf = (call: WireCall): readonly Call[] => {
  const [target = '', operation = ''] = (call.headers['x-amz-target'] ?? '').split('.')
  if (target.startsWith('DynamoDB_')) return [dynamodbCall(operation, call.body)]
  if (target === 'AmazonSQS') return [sqsCall(operation, call.body)]
  if (target === 'AWSEvents')
    return [
      {
        action: `events:${operation}`,
        resource: `arn:aws:events:${region}:${accountId}:event-bus/default`,
      },
    ]
  if (call.service === 's3') return s3Calls(call)
  if (call.service === 'execute-api') return [apiCall(call)]
  // GetCallerIdentity: nobody can be denied it
  if (call.service === 'sts') return []
  throw new Error(`a call of ${call.service} is not known here: ${call.method} ${call.path}`)
}
