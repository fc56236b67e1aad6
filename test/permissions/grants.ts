import { accountId, region } from '../../simulator/account.ts'
import { at, list, referred, resourcesOf, type Template } from '../template/template.ts'
import type { Call } from './calls.ts'

const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::AccountId': accountId,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
}

export const arnOf = (template: Template, id: string): string => {
  const { Type = '', Properties = {} } = template.Resources[id] ?? {}
  const name = (property: string) => textOf(template, Properties[property])
  switch (Type) {
    case 'AWS::S3::Bucket':
      return `arn:aws:s3:::${name('BucketName')}`
    case 'AWS::SQS::Queue':
      return `arn:aws:sqs:${region}:${accountId}:${name('QueueName')}`
    case 'AWS::DynamoDB::Table':
      return `arn:aws:dynamodb:${region}:${accountId}:table/${name('TableName')}`
    case 'AWS::ApiGatewayV2::Api':
      return id
    default:
      return `arn:aws:of:${id}`
  }
}

/** A value of the template as CloudFormation would have it, as far as policies need it. */
const textOf = (template: Template, value: unknown): string => {
  if (typeof value === 'string') return value
  const text = at(value, 'Fn::Sub')
  if (typeof text !== 'string') return arnOf(template, referred(value))
  return text.replaceAll(
    /\$\{([\w:]+)(?:\.Arn)?\}/g,
    (_, name: string) => PSEUDO[name] ?? arnOf(template, name),
  )
}

const matches = (pattern: string, text: string): boolean => {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's').test(text)
}

export type Grant = { readonly action: string; readonly resource: string }

const grantsIn = (template: Template, document: unknown): readonly Grant[] =>
  list(at(document, 'Statement')).flatMap((statement) =>
    list(at(statement, 'Action')).flatMap((action) =>
      list(at(statement, 'Resource')).map((resource) => ({
        action: String(action),
        resource: textOf(template, resource),
      })),
    ),
  )

/** What the role of a function is allowed, by the name of the function. */
export const grantsOf = (template: Template): ReadonlyMap<string, readonly Grant[]> =>
  new Map(
    resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) => {
      const policies = list(template.Resources[referred(Properties.Role)]?.Properties.Policies)
      const documents = policies.map((policy) => at(policy, 'PolicyDocument'))
      return [String(Properties.FunctionName), documents.flatMap((document) => grantsIn(template, document))]
    }),
  )

/** What policies for callers allow together. */
export const grantsOfCallers = (template: Template, policies: readonly string[]): readonly Grant[] =>
  policies.flatMap((id) => grantsIn(template, template.Resources[id]?.Properties.PolicyDocument))

export const grantOf = (grants: readonly Grant[], { action, resource }: Call): Grant | undefined =>
  grants.find((grant) => grant.action === action && matches(grant.resource, resource))
