import { at, list, type Rule, referred, resourcesOf, set, type Template, unless } from '../template.ts'

const ROLE = 'AWS::IAM::Role'
const MANAGED_POLICY = 'AWS::IAM::ManagedPolicy'
const FUNCTION = 'AWS::Lambda::Function'
const ROUTE = 'AWS::ApiGatewayV2::Route'
const STAGE = 'AWS::ApiGatewayV2::Stage'
const LOG_GROUP = 'AWS::Logs::LogGroup'

type Grant = { readonly owner: string; readonly statement: unknown }

/** Every statement that allows something, whatever kind of policy it is in. */
const grants = (template: Template): Grant[] =>
  Object.entries(template.Resources).flatMap(([owner, resource]) => {
    const documents = [
      at(resource, 'Properties.PolicyDocument'),
      at(resource, 'Properties.KeyPolicy'),
      at(resource, 'Properties.AssumeRolePolicyDocument'),
      ...list(at(resource, 'Properties.Policies')).map((policy) => at(policy, 'PolicyDocument')),
    ]
    return documents
      .flatMap((document) => list(at(document, 'Statement')))
      .filter((statement) => at(statement, 'Effect') === 'Allow')
      .map((statement) => ({ owner, statement }))
  })

const isOwn = ({ owner }: Grant) => !owner.startsWith('ServerlessDeploymentBucket')

/** In a key's own policy the resource can only be `*`: the key itself. */
const isKeyPolicy = ({ owner }: Grant) => owner === 'ArchiveKey'

/** The actions here that AWS lets no resource be named for. https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html */
const WITHOUT_RESOURCE = ['s3:CreateJob', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments']

const namesNoResource = ({ statement }: Grant) =>
  list(at(statement, 'Action')).every((action) => WITHOUT_RESOURCE.includes(String(action)))

const names = (value: unknown): string[] =>
  list(value).flatMap((each) =>
    typeof each === 'object' && each !== null ? Object.values(each).flatMap(names) : String(each),
  )

/** As a reader would say it: the id of what is meant, `HotBucket.Arn`. */
const nameOf = (resource: unknown): string => names(resource).join('.')

const permissionsOf = (template: Template, id: string) =>
  grants(template)
    .filter(({ owner, statement }) => owner === id && at(statement, 'Principal') === undefined)
    .flatMap(({ statement }) =>
      list(at(statement, 'Action')).flatMap((action) =>
        list(at(statement, 'Resource')).map((resource) => ({
          action: String(action),
          resource: nameOf(resource),
        })),
      ),
    )

const ownersOf = (template: Template) =>
  [ROLE, MANAGED_POLICY].flatMap((type) => resourcesOf(template, type).map(({ id }) => id)).sort()

/** Role or policy, action, resource: one line each, sorted. */
export const permissionTable = (template: Template): string =>
  ownersOf(template)
    .flatMap((owner) =>
      permissionsOf(template, owner).map(({ action, resource }) => `${owner} ${action} ${resource}`),
    )
    .sort()
    .join('\n')

/** The same as docs/permissions.md has it: a section for each, in which resources that allow the same share a row. */
export const permissionSections = (template: Template): string =>
  ownersOf(template)
    .map((owner) => {
      const byResource = Map.groupBy(permissionsOf(template, owner), ({ resource }) => resource)
      const rows = [...byResource]
        .map(([resource, granted]) => {
          const actions = [...new Set(granted.map(({ action }) => `\`${action}\``))].sort()
          return `| \`${resource}\` | ${actions.join(' ')} |`
        })
        .sort()
      return `### ${owner}\n\n| resource | actions |\n| --- | --- |\n${rows.join('\n')}`
    })
    .join('\n\n')

/** Who else may do what, by the policies of queues, buckets, the key and the topic. */
export const openedTo = (template: Template): string =>
  grants(template)
    .filter(({ statement }) => at(statement, 'Principal') !== undefined)
    .filter(({ owner }) => template.Resources[owner]?.Type !== ROLE)
    .flatMap(({ owner, statement }) =>
      list(at(statement, 'Action')).map(
        (action) =>
          `| ${owner} | \`${names(at(statement, 'Principal')).join(' ')}\` | \`${String(action)}\` |`,
      ),
    )
    .sort()
    .join('\n')

export const accessRules: Rule[] = [
  {
    name: 'nothing is allowed to everyone, nor every action, nor on everything',
    violations: (template) =>
      grants(template)
        .filter(isOwn)
        .filter(
          (grant) =>
            names(at(grant.statement, 'Principal')).includes('*') ||
            names(at(grant.statement, 'Action')).some((action) => action.includes('*')) ||
            (names(at(grant.statement, 'Resource')).includes('*') &&
              !isKeyPolicy(grant) &&
              !namesNoResource(grant)),
        )
        .map(({ owner, statement }) => `${owner} ${String(at(statement, 'Sid'))}`),
    breakIt: (template) =>
      set(template, 'Resources.SweepRole.Properties.Policies.0.PolicyDocument.Statement.1.Action', 'kms:*'),
  },
  {
    name: 'only expire-segments may delete from the archive',
    violations: (template) =>
      permissionTable(template)
        .split('\n')
        .filter(
          (line) => / s3:Delete\w* .*ArchiveBucket/.test(line) && !line.startsWith('ExpireSegmentsRole '),
        ),
    breakIt: (template) =>
      set(template, 'Resources.SweepRole.Properties.Policies.0.PolicyDocument.Statement.1', {
        Effect: 'Allow',
        Action: 's3:DeleteObject',
        Resource: { 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] },
      }),
  },
  {
    name: 'jobs are handed one role, which no other service may take',
    violations: (template) =>
      grants(template)
        .filter(({ statement }) => names(at(statement, 'Action')).includes('iam:PassRole'))
        .filter(({ statement }) => {
          const handed = list(at(statement, 'Resource')).map(referred)
          const takers = grants(template)
            .filter(({ owner }) => owner === 'ThawJobsRole')
            .flatMap((grant) => names(at(grant.statement, 'Principal')))
          return (
            handed.join() !== 'ThawJobsRole' ||
            takers.join() !== 'batchoperations.s3.amazonaws.com' ||
            at(statement, 'Condition.StringEquals.iam:PassedToService') !== takers.join()
          )
        })
        .map(({ owner, statement }) => `${owner} ${String(at(statement, 'Sid'))}`),
    breakIt: (template) =>
      set(
        template,
        'Resources.ThawJobsRole.Properties.AssumeRolePolicyDocument.Statement.0.Principal.Service',
        ['batchoperations.s3.amazonaws.com', 'lambda.amazonaws.com'],
      ),
  },
  {
    name: 'CodeDeploy takes its role for the deployments of this stack alone',
    violations: (template) =>
      grants(template)
        .filter(({ statement }) =>
          names(at(statement, 'Principal')).some((principal) => principal.startsWith('codedeploy.')),
        )
        .filter(
          ({ statement }) =>
            at(statement, 'Condition.StringEquals.aws:SourceAccount.Ref') !== 'AWS::AccountId' ||
            !String(at(statement, 'Condition.ArnLike.aws:SourceArn.Fn::Sub')).includes(
              `:\${AWS::AccountId}:deploymentgroup:icecore-`,
            ),
        )
        .map(({ owner }) => owner),
    breakIt: (template) =>
      set(
        template,
        'Resources.DeploymentRole.Properties.AssumeRolePolicyDocument.Statement.0.Condition',
        undefined,
      ),
  },
  {
    name: 'whoever reads or writes what is encrypted with the key may use the key',
    violations: (template) =>
      ownersOf(template).filter((owner) => {
        const permissions = permissionsOf(template, owner)
        const mayUse = (action: string) =>
          permissions.some((one) => one.action === action && one.resource === 'ArchiveKey.Arn')
        const touches = permissions.some(({ action }) =>
          /^(s3:(Get|Put)Object|sqs:(Send|Receive)Message)$/.test(action),
        )
        return touches && !(mayUse('kms:Decrypt') && mayUse('kms:GenerateDataKey'))
      }),
    breakIt: (template) =>
      set(template, 'Resources.ThawJobsRole.Properties.Policies.0.PolicyDocument.Statement.0', {
        Effect: 'Allow',
        Action: 's3:RestoreObject',
        Resource: { 'Fn::GetAtt': ['ArchiveBucket', 'Arn'] },
      }),
  },
  {
    name: 'every function has a role of its own',
    violations: (template) => {
      const roles = resourcesOf(template, FUNCTION).map((each) => referred(at(each, 'Properties.Role')))
      return roles.filter(
        (role, index) => roles.indexOf(role) !== index || template.Resources[role] === undefined,
      )
    },
    breakIt: (template) =>
      set(template, 'Resources.SweepLambdaFunction.Properties.Role', {
        'Fn::GetAtt': ['ThawSegmentsRole', 'Arn'],
      }),
  },
  {
    name: 'every function runs on nodejs24.x, on arm64',
    violations: (template) =>
      unless(
        template,
        FUNCTION,
        ({ Properties }) =>
          Properties.Runtime === 'nodejs24.x' && at(Properties, 'Architectures.0') === 'arm64',
      ),
    breakIt: (template) =>
      set(template, 'Resources.SweepLambdaFunction.Properties.Architectures', ['x86_64']),
  },
  {
    name: 'every function is traced',
    violations: (template) =>
      unless(template, FUNCTION, ({ Properties }) => at(Properties, 'TracingConfig.Mode') === 'Active'),
    breakIt: (template) => set(template, 'Resources.SweepLambdaFunction.Properties.TracingConfig', undefined),
  },
  {
    name: 'every route asks for an identity',
    violations: (template) =>
      unless(template, ROUTE, ({ Properties }) => Properties.AuthorizationType === 'AWS_IAM'),
    breakIt: (template) =>
      set(
        template,
        `Resources.${resourcesOf(template, ROUTE)[0]?.id}.Properties.AuthorizationType`,
        undefined,
      ),
  },
  {
    name: 'the API is throttled and keeps an access log that shows no path',
    violations: (template) =>
      unless(template, STAGE, ({ Properties }) => {
        const format = String(at(Properties, 'AccessLogSettings.Format'))
        return (
          Number(at(Properties, 'DefaultRouteSettings.ThrottlingRateLimit')) > 0 &&
          Number(at(Properties, 'DefaultRouteSettings.ThrottlingBurstLimit')) > 0 &&
          format.includes('$context.routeKey') &&
          !format.includes('$context.path')
        )
      }),
    breakIt: (template) =>
      set(template, 'Resources.HttpApiStage.Properties.DefaultRouteSettings.ThrottlingRateLimit', undefined),
  },
  {
    name: 'every log is kept for a set time, and every function has one',
    violations: (template) => [
      ...unless(template, LOG_GROUP, ({ Properties }) => Number(Properties.RetentionInDays) > 0),
      ...unless(template, FUNCTION, ({ Properties }) =>
        resourcesOf(template, LOG_GROUP).some(
          (group) =>
            at(group, 'Properties.LogGroupName') === `/aws/lambda/${String(Properties.FunctionName)}`,
        ),
      ),
    ],
    breakIt: (template) => set(template, 'Resources.SweepLogGroup.Properties.RetentionInDays', undefined),
  },
]
