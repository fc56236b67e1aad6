import { makeDueHeap } from '../sqs/due-heap.ts'

/** What is to happen by itself, each plan belonging to one object: a new plan, or none, undoes the old one. */
export type Agenda<Task> = {
  plan(owner: object, tasks: readonly { at: number; task: Task }[]): void
  nextDue(): number | undefined
  /** Takes the earliest task that is due at `now`. */
  take(now: number): { at: number; task: Task } | undefined
}

type Entry<Task> = { owner: object; plan: readonly unknown[]; task: Task }

export const makeAgenda = <Task>(): Agenda<Task> => {
  const heap = makeDueHeap<Entry<Task>>()
  const plans = new WeakMap<object, readonly unknown[]>()

  const peekLive = () => {
    for (;;) {
      const first = heap.peek()
      if (first === undefined || plans.get(first.item.owner) === first.item.plan) return first
      heap.pop()
    }
  }

  return {
    plan: (owner, tasks) => {
      if (tasks.length === 0) {
        plans.delete(owner)
        return
      }
      plans.set(owner, tasks)
      for (const { at, task } of tasks) heap.push(at, { owner, plan: tasks, task })
    },
    nextDue: () => peekLive()?.at,
    take: (now) => {
      const first = peekLive()
      if (first === undefined || first.at > now) return undefined
      heap.pop()
      return { at: first.at, task: first.item.task }
    },
  }
}
