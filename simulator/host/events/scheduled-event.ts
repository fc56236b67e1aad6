import { randomUUID } from 'node:crypto'
import { accountId, region } from '../../account.ts'

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
export const scheduledEvent = (ruleName: string, time: number) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: accountId,
  time: `${new Date(time).toISOString().slice(0, 19)}Z`,
  region,
  resources: [`arn:aws:events:${region}:${accountId}:rule/${ruleName}`],
  detail: {},
})
