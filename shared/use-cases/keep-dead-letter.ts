import type { Clock } from '../ports/clock.ts'
import type { DeadLetter, DeadLetters, FailureNote, FailureNotes } from '../ports/dead-letters.ts'
import type { SetAsideRegister } from '../ports/hot-store.ts'
import type { SegmentLister } from '../ports/segment-store.ts'

/** A message that its queue gave up on. */
export type DeadMessage = Omit<DeadLetter, 'reason' | 'detail' | 'keptAt'>

export type KeepDeadLetterDeps = {
  readonly letters: DeadLetters
  readonly notes: Pick<FailureNotes, 'find'>
  readonly register: Pick<SetAsideRegister, 'setAside'>
  /** Lists the hot bucket. */
  readonly hotLister: SegmentLister
  /** The keys of the hot objects that a message of the objects queue is about; none where it is no such message. */
  readonly hotKeysOf: (body: string) => readonly string[]
  readonly now: Clock
}

/** The queue whose messages are about hot objects. */
export const OBJECTS_QUEUE = 'objects'

/** Its worker never came to say what went wrong. */
const NO_ANSWER: FailureNote = { reason: 'no-answer', detail: 'time-out, memory or crash' }

/**
 * Keeps a message that a queue gave up on, with the reason that its worker noted. A hot object that such a message is about is
 * set aside, in the version that could not be aged: or the sweep would send it again every hour.
 */
export const keepDeadLetter = (deps: KeepDeadLetterDeps) => {
  const { letters, notes, register, hotLister, hotKeysOf, now } = deps

  const setAside = async (key: string, sentAt: number, note: FailureNote) => {
    for await (const object of hotLister.list(key)) {
      // keys come in order: the first is this very one, or there is none; a version that came after the message has its own
      if (object.key === key && object.lastModified <= sentAt)
        await register.setAside(key, { etag: object.etag, ...note, at: now(), until: null })
      return
    }
  }

  return async (message: DeadMessage): Promise<'kept' | 'already-kept'> => {
    const note = (await notes.find(message.messageId)) ?? NO_ANSWER
    const outcome = await letters.keep({ ...message, ...note, keptAt: now() })
    const keys = message.queue === OBJECTS_QUEUE ? hotKeysOf(message.body) : []
    for (const key of keys) await setAside(key, message.sentAt, note)
    return outcome
  }
}
