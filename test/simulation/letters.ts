import { makeDeadLetterObjects } from '../../shared/adapters/dead-letter-store.ts'
import type { DeadLetterObject } from '../../shared/ports/dead-letters.ts'
import type { Cloud } from './cloud.ts'

/** Dead letters in the bucket that nobody has sent again yet, by their message. */
export const waitingLetters = async (cloud: Cloud, queue?: string): Promise<readonly DeadLetterObject[]> => {
  const waiting: DeadLetterObject[] = []
  for await (const letter of makeDeadLetterObjects(cloud.ports).list(queue))
    if (letter.retriedAt === null) waiting.push(letter)
  return waiting.toSorted((a, b) => (a.messageId < b.messageId ? -1 : 1))
}
