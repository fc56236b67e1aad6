import type { DeadLetterMarks, DeadLetterObject, DeadLetterObjects, Redrive } from '../ports/dead-letters.ts'
import type { SetAsideRegister } from '../ports/hot-store.ts'
import { OBJECTS_QUEUE } from './keep-dead-letter.ts'

export type RetryDeadLetterDeps = {
  readonly letters: Pick<DeadLetterObjects, 'read'>
  readonly letterMarks: DeadLetterMarks
  readonly redrive: Redrive
  readonly register: Pick<SetAsideRegister, 'clearSetAside'>
  /** As for `keepDeadLetter`. */
  readonly hotKeysOf: (body: string) => readonly string[]
}

/**
 * Sends a dead letter to its own queue again, and then marks it. A hot object that it is about is set aside no longer: it goes on
 * from where it was.
 */
export const retryDeadLetter =
  ({ letters, letterMarks, redrive, register, hotKeysOf }: RetryDeadLetterDeps) =>
  async (object: DeadLetterObject, { dryRun = false } = {}): Promise<'sent' | 'sent-before'> => {
    if (object.retriedAt !== null) return 'sent-before'
    const letter = await letters.read(object)
    if (dryRun) return 'sent'
    if (letter.queue === OBJECTS_QUEUE)
      for (const key of hotKeysOf(letter.body)) await register.clearSetAside(key)
    await redrive.send(letter)
    await letterMarks.retried(object)
    return 'sent'
  }
