import { advanceTask, type RehydrationTask, type TaskEvent } from '../domain/rehydration-task.ts'
import type { RehydrationTasks } from '../ports/rehydrations.ts'

const TRIES = 8

/**
 * Applies an event to a stored task, however often others change it meanwhile. Gives back the task as written, or undefined
 * when the event changes nothing or there is no such task.
 */
export const advanceStoredTask = async (
  tasks: RehydrationTasks,
  rehydrationId: string,
  partition: string,
  event: TaskEvent,
): Promise<RehydrationTask | undefined> => {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const stored = await tasks.find(rehydrationId, partition)
    const next = stored && advanceTask(stored, event)
    if (stored === undefined || next === undefined) return undefined
    if ((await tasks.put(rehydrationId, next, stored)) === 'put') return next
  }
  throw new Error(`rehydration ${rehydrationId}, ${partition}: its task changed ${TRIES} times in a row`)
}
