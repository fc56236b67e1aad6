import type { Replay, ReplayMessage } from '../../shared/ports/replay.ts'

/** A queue that takes whatever it is sent, for as long as anybody wants to look at it. */
export const makeReplayInbox = () => {
  const received: ReplayMessage[] = []
  const replay: Replay = {
    send: async (_, messages) => {
      received.push(...messages)
      return messages.map(() => 'sent')
    },
  }
  const of = (rehydrationId: string) =>
    received.filter(({ attributes }) => attributes.rehydrationId === rehydrationId)
  return {
    replay,
    /** All that came for a rehydration, with what came twice. */
    messagesOf: of,
    /** Once each, as one sees it who goes by the deduplication key. */
    bodiesOf: (rehydrationId: string): string[] => [
      ...new Map(of(rehydrationId).map(({ dedupKey, body }) => [dedupKey, body])).values(),
    ],
  }
}

/** A destination that is sent so many records a second, in batches of at most as many. */
export const replaying = (perSecond: number) => ({
  name: 'replay',
  prefix: 'replays/replay/',
  replay: { queue: 'REPLAY', perSecond },
})
