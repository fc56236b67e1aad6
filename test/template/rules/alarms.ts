import { FUNCTIONS, QUEUES } from '../../../observability/deployed.ts'
import { functionId } from '../../../observability/series.ts'
import { at, list, type Rule, referred, resourcesOf, set, type Template, unless } from '../template.ts'

const ALARM = 'AWS::CloudWatch::Alarm'
const FUNCTION = 'AWS::Lambda::Function'
const QUEUE = 'AWS::SQS::Queue'

/** What an alarm of one metric watches, such as `Errors ${SweepLambdaFunction}`. */
const watched = (template: Template): ReadonlySet<string> =>
  new Set(
    resourcesOf(template, ALARM).map(({ Properties }) => {
      const values = list(Properties.Dimensions).map((dimension) => String(at(dimension, 'Value.Fn::Sub')))
      return `${String(Properties.MetricName)} ${values.join()}`
    }),
  )

const notWatched = (template: Template, ...wanted: readonly string[]) => {
  const known = watched(template)
  return wanted.filter((one) => !known.has(one))
}

const isDeadLetters = (template: Template, id: string) =>
  resourcesOf(template, QUEUE).some(
    (queue) => referred(at(queue, 'Properties.RedrivePolicy.deadLetterTargetArn')) === id,
  )

const unlike = (left: readonly string[], right: readonly string[]) =>
  [...left, ...right].filter((one) => !left.includes(one) || !right.includes(one))

export const alarmRules: Rule[] = [
  {
    name: 'every function has alarms on its errors and throttles',
    violations: (template) =>
      resourcesOf(template, FUNCTION).flatMap(({ id }) =>
        notWatched(template, `Errors \${${id}}`, `Throttles \${${id}}`),
      ),
    breakIt: (template) => set(template, 'Resources.SweepThrottlesAlarm', undefined),
  },
  {
    name: 'every queue has an alarm on its oldest message, or as dead letters on their number',
    violations: (template) =>
      resourcesOf(template, QUEUE).flatMap(({ id }) =>
        notWatched(
          template,
          isDeadLetters(template, id)
            ? `ApproximateNumberOfMessagesVisible \${${id}.QueueName}`
            : `ApproximateAgeOfOldestMessage \${${id}.QueueName}`,
        ),
      ),
    breakIt: (template) => set(template, 'Resources.SealDeadLettersDepthAlarm', undefined),
  },
  {
    name: 'every alarm tells the topic when it goes off and when it is over, and says what to do',
    violations: (template) =>
      unless(
        template,
        ALARM,
        ({ Properties }) =>
          referred(at(Properties, 'AlarmActions.0')) === 'AlarmTopic' &&
          referred(at(Properties, 'OKActions.0')) === 'AlarmTopic' &&
          /^\[(page|ticket)\] .+ To do: .+ See docs\/operate\.md, [a-z-]+\.$/.test(
            String(Properties.AlarmDescription),
          ) &&
          String(Properties.AlarmDescription).length <= 1024,
      ),
    breakIt: (template) => set(template, 'Resources.SweepSilentAlarm.Properties.AlarmActions', []),
  },
  {
    name: 'the topic is encrypted with our key, and only alarms of this deployment publish to it',
    violations: (template) => [
      ...unless(
        template,
        'AWS::SNS::Topic',
        ({ Properties }) => referred(Properties.KmsMasterKeyId) === 'ArchiveKey',
      ),
      ...unless(template, 'AWS::SNS::TopicPolicy', ({ Properties }) =>
        list(at(Properties, 'PolicyDocument.Statement'))
          .filter((statement) => at(statement, 'Effect') === 'Allow')
          .every(
            (statement) =>
              at(statement, 'Principal.Service') === 'cloudwatch.amazonaws.com' &&
              at(statement, 'Condition.StringEquals.aws:SourceAccount.Ref') === 'AWS::AccountId' &&
              String(at(statement, 'Condition.ArnLike.aws:SourceArn.Fn::Sub')).includes(':alarm:icecore-'),
          ),
      ),
    ],
    breakIt: (template) =>
      set(template, 'Resources.AlarmTopicPolicy.Properties.PolicyDocument.Statement.0.Principal', {
        AWS: '*',
      }),
  },
  {
    name: 'what is looked after is what is deployed',
    violations: (template) => [
      ...unlike(
        Object.keys(FUNCTIONS).map(functionId),
        resourcesOf(template, FUNCTION).map(({ id }) => id),
      ),
      ...unlike(
        QUEUES.flatMap(({ id, deadLettersId }) => [id, deadLettersId]),
        resourcesOf(template, QUEUE).map(({ id }) => id),
      ),
    ],
    breakIt: (template) => set(template, 'Resources.ThawDeadLetters', undefined),
  },
]
