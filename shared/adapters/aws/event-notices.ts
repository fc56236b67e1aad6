import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import type { Notice, Notices } from '../../ports/notices.ts'

const DETAIL_TYPES: Readonly<Record<Notice['kind'], string>> = {
  'copies-lapse': 'Rehydration Copies Lapse',
}

/** Notices as events on the account's default bus, where a rule can send them to whoever should know. `source` is the service's name. */
export const makeEventNotices = ({
  events,
  source,
  stage,
}: {
  readonly events: EventBridgeClient
  readonly source: string
  readonly stage: string
}): Notices => ({
  give: async ({ kind, keptUntil, ...about }) => {
    const detail = { ...about, keptUntil: new Date(keptUntil).toISOString(), stage }
    const entry = { Source: source, DetailType: DETAIL_TYPES[kind], Detail: JSON.stringify(detail) }
    const { FailedEntryCount, Entries } = await events.send(new PutEventsCommand({ Entries: [entry] }))
    // an entry that is refused is no error of the call
    if (FailedEntryCount !== 0)
      throw new Error(`${about.rehydrationId}: its ${kind} was refused: ${Entries?.[0]?.ErrorCode}`)
  },
})
