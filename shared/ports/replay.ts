/** A record as a message. Names and values of its attributes are ones that SQS takes. */
export type ReplayMessage = {
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  /** The same for the same record: who receives it twice can tell. */
  readonly dedupKey: string
  /** Messages of one group are received in turn with those of others, or in order where the queue is FIFO. */
  readonly group: string
}

/** Messages of one call, and the bytes in all of them. */
export const MAX_REPLAY_MESSAGES = 10
export const MAX_REPLAY_BYTES = 1024 * 1024

/** What counts towards `MAX_REPLAY_BYTES`. */
export const replayBytes = ({ body, attributes }: Pick<ReplayMessage, 'body' | 'attributes'>): number =>
  Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + 'String'.length + Buffer.byteLength(value),
    Buffer.byteLength(body),
  )

export type Replay = {
  /**
   * Sends messages to the queue of a destination, as many as go into one call. Says of each whether it was taken, or is one that
   * this queue never takes. Throws for any other trouble, and then any of them may have been sent.
   */
  send(queue: string, messages: readonly ReplayMessage[]): Promise<readonly ('sent' | 'refused')[]>
}
