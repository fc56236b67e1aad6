import { alarmResource } from './alarm.ts'
import { alarmsOf } from './alarms.ts'
import { dashboardBody } from './dashboard.ts'
import { savedQueries } from './queries.ts'
import type { Place } from './series.ts'

/** MB of memory of each function: what its time costs depends on it. */
export type Memory = Readonly<Record<string, number>>

const topicStatements = (prefix: string) => [
  {
    Sid: 'AlarmsPublish',
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Action: 'sns:Publish',
    Resource: { Ref: 'AlarmTopic' },
    Condition: {
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      ArnLike: {
        'aws:SourceArn': {
          'Fn::Sub': `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:${prefix}*`,
        },
      },
    },
  },
  {
    Sid: 'TlsOnly',
    Effect: 'Deny',
    Principal: '*',
    Action: 'sns:Publish',
    Resource: { Ref: 'AlarmTopic' },
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  },
]

/** Where alarms go. Subscribe to it; or give an address (`alarmEmail`), which AWS asks to confirm. */
const topicResources = (prefix: string, email: string) => ({
  AlarmTopic: {
    Type: 'AWS::SNS::Topic',
    Properties: { TopicName: `${prefix}alarms`, KmsMasterKeyId: { 'Fn::GetAtt': ['ArchiveKey', 'Arn'] } },
  },
  AlarmTopicPolicy: {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: {
      Topics: [{ Ref: 'AlarmTopic' }],
      PolicyDocument: { Version: '2012-10-17', Statement: topicStatements(prefix) },
    },
  },
  ...(email !== '' && {
    AlarmEmail: {
      Type: 'AWS::SNS::Subscription',
      Properties: { TopicArn: { Ref: 'AlarmTopic' }, Protocol: 'email', Endpoint: email },
    },
  }),
})

/** Everything that watches a deployment, as CloudFormation: alarms and their topic, the dashboard, saved queries. */
export const observabilityOf = (place: Place & { readonly email: string }, memory: Memory) => {
  const prefix = `${place.service}-${place.stage}-`
  const alarms = alarmsOf(place).map((alarm) => ({ ...alarm, id: `${alarm.id}Alarm` }))
  return {
    Resources: {
      ...topicResources(prefix, place.email),
      ...Object.fromEntries(
        alarms.map((alarm) => [alarm.id, alarmResource(alarm, prefix, { Ref: 'AlarmTopic' })]),
      ),
      Dashboard: {
        Type: 'AWS::CloudWatch::Dashboard',
        Properties: {
          DashboardName: `${place.service}-${place.stage}`,
          DashboardBody: {
            'Fn::Sub': dashboardBody(
              place,
              memory,
              alarms.map(({ name }) => `${prefix}${name}`),
            ),
          },
        },
      },
      ...Object.fromEntries(
        savedQueries.map(({ id, name, logGroupIds, query }) => [
          id,
          {
            Type: 'AWS::Logs::QueryDefinition',
            Properties: {
              Name: `${prefix.slice(0, -1)}/${name}`,
              LogGroupNames: logGroupIds.map((Ref) => ({ Ref })),
              QueryString: query,
            },
          },
        ]),
      ),
    },
    Outputs: { AlarmTopicArn: { Value: { Ref: 'AlarmTopic' } } },
  }
}
