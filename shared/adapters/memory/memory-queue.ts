export type MemoryQueue<Task> = {
  send(tasks: readonly Task[]): Promise<void>
  /** Takes out all that waits. */
  receive(): readonly Task[]
}

/** A queue of tasks in memory; for each of the queue ports. */
export const makeMemoryQueue = <Task>(): MemoryQueue<Task> => {
  const waiting: Task[] = []
  return {
    send: async (tasks) => {
      waiting.push(...tasks)
    },
    receive: () => waiting.splice(0),
  }
}
