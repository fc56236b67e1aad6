import type { Rehydration } from '../domain/rehydration.ts'
import type { RehydrationTask } from '../domain/rehydration-task.ts'

export type Rehydrations = {
  /**
   * Writes a rehydration that is not there yet, and has it checked on at `checkAt`. `exists`: its id is taken, which for an
   * id made from an idempotency key means that it was asked for before; nothing was written.
   */
  create(rehydration: Rehydration, checkAt: number): Promise<'created' | 'exists'>
  /** A consistent read. */
  find(id: string): Promise<Rehydration | undefined>
  /** Writes the new state and terms if the stored ones are still those of `expected`; a repeat of one's own write is `put`. */
  put(rehydration: Rehydration, expected: Rehydration): Promise<'put' | 'stale'>
}

export type RehydrationTasks = {
  /**
   * Adds a planned task for each of these partitions; one that is there stays as it is. Each is then open.
   * @param allowed US dollars that the thaws of each may cost; where it is not given, nothing holds them.
   */
  add(
    rehydrationId: string,
    partitions: readonly string[],
    allowed?: ReadonlyMap<string, number>,
  ): Promise<void>
  /** A consistent read. */
  find(rehydrationId: string, partition: string): Promise<RehydrationTask | undefined>
  /** Writes the task if the stored one still equals `expected`; a repeat of one's own write is `put`. */
  put(rehydrationId: string, task: RehydrationTask, expected: RehydrationTask): Promise<'put' | 'stale'>
}

export type TaskList = {
  /** Every task, by partition, all pages, or those of the partitions behind `after`; a consistent read. */
  all(rehydrationId: string, after?: string): AsyncIterable<RehydrationTask>
  /** Up to `limit` partitions whose tasks are not closed; a consistent read. */
  open(rehydrationId: string, limit: number): Promise<readonly string[]>
  /** Takes a partition off the open ones; one that is not there is already closed. */
  close(rehydrationId: string, partition: string): Promise<void>
}

export type RehydrationChecks = {
  /** Has a rehydration checked on no later than `dueAt`, also when its checks had ended. */
  expect(id: string, dueAt: number): Promise<void>
}

export type RehydrationPosition = { readonly acceptedAt: number; readonly id: string }
/** When they were asked for: from a time on, and before another; null: no bound. */
export type RequestedWithin = { readonly from: number | null; readonly to: number | null }

export type RehydrationCheck = { readonly id: string; readonly dueAt: number }

export type RehydrationIndex = {
  /**
   * Up to `limit` rehydrations, newest first, those older than `after`; fewer only where there are no more. May lag by seconds.
   */
  newest(
    limit: number,
    after?: RehydrationPosition,
    within?: RequestedWithin,
  ): Promise<readonly Rehydration[]>
  /** Rehydrations to check on, most overdue first. May lag by seconds. */
  due(now: number, limit: number): Promise<readonly RehydrationCheck[]>
  /** Moves the next check, or ends the checks (null), unless somebody moved it meanwhile. */
  settle(check: RehydrationCheck, nextDue: number | null): Promise<'settled' | 'stale'>
}
