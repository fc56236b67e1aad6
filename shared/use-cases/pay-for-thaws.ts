import { type Ask, askDollars, payFrom } from '../domain/allowance.ts'
import type { RehydrationTask } from '../domain/rehydration-task.ts'
import type { RehydrationTasks } from '../ports/rehydrations.ts'

export type AskFor = Ask & {
  readonly segmentId: string
  /** A thaw, a longer one of what is readable, or one that is longer still, until others that are waited for must be there. */
  readonly decision: 'thaw' | 'extend' | 'outlast'
}

/** Who pays for what S3 is asked for. */
export type Purse = {
  /** Before S3 is asked. False: the quote does not allow it, and S3 is not to be asked. What was paid is not paid again. */
  pay(ask: AskFor): Promise<boolean>
}

export const NO_LIMIT: Purse = { pay: async () => true }

const TRIES = 8

const MARKS = { thaw: '', extend: '+', outlast: '++' } as const

/** Short, because one item holds those of a partition; of a ULID the end is chance. */
const nameOf = ({ segmentId, decision }: AskFor): string => `${segmentId.slice(-8)}${MARKS[decision]}`

/**
 * The purse of one partition of a rehydration. What its quote allows is written down as paid before S3 is asked, so that no crash
 * makes it dearer. One payment after the other: they change the same task.
 */
export const makePurse = (
  tasks: RehydrationTasks,
  rehydrationId: string,
  { partition, allowance }: Pick<RehydrationTask, 'partition' | 'allowance'>,
): Purse => {
  if (allowance === undefined) return NO_LIMIT

  const payNow = async (ask: AskFor): Promise<boolean> => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const task = await tasks.find(rehydrationId, partition)
      if (task?.allowance === undefined) return false
      const payment = { name: nameOf(ask), dollars: askDollars(ask), now: ask.now }
      const paid = payFrom(task.allowance, payment)
      if (paid === 'too-dear') return false
      if (paid === task.allowance) return true
      if ((await tasks.put(rehydrationId, { ...task, allowance: paid }, task)) === 'put') return true
    }
    throw new Error(`rehydration ${rehydrationId}, ${partition}: its task changed ${TRIES} times in a row`)
  }

  let last: Promise<unknown> = Promise.resolve()
  return {
    pay: (ask) => {
      const next = last.then(() => payNow(ask))
      // whatever becomes of one, the next has its turn
      last = Promise.allSettled([next])
      return next
    },
  }
}
