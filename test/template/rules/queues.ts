import {
  at,
  functionOf,
  list,
  type Resource,
  type Rule,
  referred,
  resourcesOf,
  set,
  type Template,
  unless,
} from '../template.ts'

const QUEUE = 'AWS::SQS::Queue'
const MAPPING = 'AWS::Lambda::EventSourceMapping'
const DAY = 86_400

const isDeadLetters = (template: Template, { id }: Resource) =>
  resourcesOf(template, QUEUE).some(
    (queue) => referred(at(queue, 'Properties.RedrivePolicy.deadLetterTargetArn')) === id,
  )
const deadLettersOf = (template: Template, source: Resource) =>
  at(template, `Resources.${referred(at(source, 'Properties.RedrivePolicy.deadLetterTargetArn'))}`)

const sources = (template: Template, holds: (source: Resource, deadLetters: unknown) => boolean) =>
  unless(
    template,
    QUEUE,
    (queue) => isDeadLetters(template, queue) || holds(queue, deadLettersOf(template, queue)),
  )

const statementsFor = (template: Template, { id }: Resource) =>
  resourcesOf(template, 'AWS::SQS::QueuePolicy')
    .filter((policy) => list(at(policy, 'Properties.Queues')).some((queue) => referred(queue) === id))
    .flatMap((policy) => list(at(policy, 'Properties.PolicyDocument.Statement')))

/** 6 × the function's timeout, and the window. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const isVisibleLongEnough = (template: Template, mapping: Resource) => {
  const queue = at(template, `Resources.${referred(at(mapping, 'Properties.EventSourceArn'))}`)
  const lambda = at(template, `Resources.${functionOf(template, at(mapping, 'Properties.FunctionName'))}`)
  const timeout = Number(at(lambda, 'Properties.Timeout'))
  const window = Number(at(mapping, 'Properties.MaximumBatchingWindowInSeconds') ?? 0)
  return Number(at(queue, 'Properties.VisibilityTimeout')) >= 6 * timeout + window
}

/** The functions that a queue's messages go to. */
const functionsFedBy = (template: Template, { id }: Resource) =>
  resourcesOf(template, MAPPING)
    .filter((mapping) => referred(at(mapping, 'Properties.EventSourceArn')) === id)
    .map((mapping) => functionOf(template, at(mapping, 'Properties.FunctionName')))

const mappingOf = (queue: string) => (template: Template) =>
  resourcesOf(template, MAPPING).find((each) => referred(at(each, 'Properties.EventSourceArn')) === queue)?.id

const setInMapping = (template: Template, path: string, value: unknown) =>
  set(template, `Resources.${mappingOf('RecordsQueue')(template)}.Properties.${path}`, value)

export const queueRules: Rule[] = [
  {
    name: 'every queue is encrypted with our key',
    violations: (template) =>
      unless(template, QUEUE, (queue) => referred(at(queue, 'Properties.KmsMasterKeyId')) === 'ArchiveKey'),
    breakIt: (template) => set(template, 'Resources.ThawDeadLetters.Properties.KmsMasterKeyId', undefined),
  },
  {
    name: 'every queue refuses requests without TLS',
    violations: (template) =>
      unless(template, QUEUE, (queue) =>
        statementsFor(template, queue).some(
          (statement) =>
            at(statement, 'Effect') === 'Deny' &&
            at(statement, 'Principal') === '*' &&
            at(statement, 'Condition.Bool.aws:SecureTransport') === 'false' &&
            referred(at(statement, 'Resource')) === queue.id,
        ),
      ),
    breakIt: (template) => set(template, 'Resources.SealDeadLettersPolicy', undefined),
  },
  {
    name: 'every queue has dead letters of its own, which take no other’s',
    violations: (template) =>
      sources(template, (source, deadLetters) => {
        const policy = at(deadLetters, 'Properties.RedriveAllowPolicy')
        const allowed = list(at(policy, 'sourceQueueArns'))
        const [arn] = allowed
        return (
          at(policy, 'redrivePermission') === 'byQueue' &&
          allowed.length === 1 &&
          String(at(arn, 'Fn::Sub')).endsWith(`:${at(source, 'Properties.QueueName')}`)
        )
      }),
    breakIt: (template) =>
      set(template, 'Resources.SealDeadLetters.Properties.RedriveAllowPolicy', undefined),
  },
  {
    name: 'dead letters are kept 14 days, longer than their source’s messages',
    violations: (template) =>
      sources(template, (source, deadLetters) => {
        const kept = Number(at(deadLetters, 'Properties.MessageRetentionPeriod'))
        return kept === 14 * DAY && kept > Number(at(source, 'Properties.MessageRetentionPeriod'))
      }),
    breakIt: (template) =>
      set(template, 'Resources.RecordsQueue.Properties.MessageRetentionPeriod', 14 * DAY),
  },
  {
    name: 'a message has at least five tries',
    violations: (template) =>
      sources(template, (source) => Number(at(source, 'Properties.RedrivePolicy.maxReceiveCount')) >= 5),
    breakIt: (template) =>
      set(template, 'Resources.RecordsQueue.Properties.RedrivePolicy.maxReceiveCount', 4),
  },
  {
    name: 'a message stays hidden for six timeouts of its function and the window',
    violations: (template) => unless(template, MAPPING, (mapping) => isVisibleLongEnough(template, mapping)),
    breakIt: (template) => set(template, 'Resources.SealQueue.Properties.VisibilityTimeout', 5399),
  },
  {
    name: 'every queue feeds one function, dead letters too',
    violations: (template) =>
      unless(template, QUEUE, (queue) => functionsFedBy(template, queue).length === 1),
    breakIt: (template) => setInMapping(template, 'EventSourceArn', { 'Fn::GetAtt': ['ThawQueue', 'Arn'] }),
  },
  {
    name: 'what a queue gives up on is kept by the one function that drains all dead letters',
    violations: (template) =>
      unless(
        template,
        QUEUE,
        (queue) =>
          isDeadLetters(template, queue) ===
          functionsFedBy(template, queue).includes('KeepDashdeadDashlettersLambdaFunction'),
      ),
    breakIt: (template) =>
      set(template, `Resources.${mappingOf('SealDeadLetters')(template)}.Properties.FunctionName`, {
        Ref: 'SealDashsegmentsLambdaFunction',
      }),
  },
  {
    name: 'every mapping reports item failures, bounds its concurrency and filters nothing',
    violations: (template) =>
      unless(
        template,
        MAPPING,
        ({ Properties }) =>
          at(Properties, 'FunctionResponseTypes.0') === 'ReportBatchItemFailures' &&
          Number(at(Properties, 'ScalingConfig.MaximumConcurrency')) >= 2 &&
          Properties.FilterCriteria === undefined,
      ),
    breakIt: (template) => setInMapping(template, 'FilterCriteria', { Filters: [{ Pattern: '{}' }] }),
  },
  {
    name: 'whatever runs at once asks S3 for less than 1,000 thaws a second',
    violations: (template) =>
      unless(template, MAPPING, ({ Properties }) => {
        const lambda = at(template, `Resources.${functionOf(template, Properties.FunctionName)}`)
        const perSecond = at(lambda, 'Properties.Environment.Variables.THAWS_PER_SECOND')
        if (perSecond === undefined) return true
        // one that has just died asked for as many within the same second as its successor
        return 2 * Number(perSecond) * Number(at(Properties, 'ScalingConfig.MaximumConcurrency')) < 1000
      }),
    breakIt: (template) =>
      set(template, 'Resources.ThawDashsegmentsLambdaFunction.Properties.Environment.Variables', {
        THAWS_PER_SECOND: 100,
      }),
  },
  {
    name: 'S3 may send to a queue only for one bucket of this account',
    violations: (template) =>
      unless(template, QUEUE, (queue) =>
        statementsFor(template, queue)
          .filter((statement) => at(statement, 'Effect') === 'Allow')
          .every(
            (statement) =>
              at(statement, 'Principal.Service') === 's3.amazonaws.com' &&
              at(statement, 'Action') === 'sqs:SendMessage' &&
              String(at(statement, 'Condition.ArnEquals.aws:SourceArn.Fn::Sub')).includes(':s3:::icecore-') &&
              at(statement, 'Condition.StringEquals.aws:SourceAccount.Ref') === 'AWS::AccountId',
          ),
      ),
    breakIt: (template) =>
      set(
        template,
        'Resources.ObjectsQueuePolicy.Properties.PolicyDocument.Statement.0.Condition',
        undefined,
      ),
  },
]
