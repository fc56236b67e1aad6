/** As SQS knows it: text, or bytes in base64. */
export type MessageAttribute = {
  readonly name: string
  readonly dataType: string
  readonly stringValue?: string
  readonly binaryValue?: string
}

/** What a worker's queue gave up on, with everything that it takes to send it again. */
export type DeadLetter = {
  /** The queue that it was sent to, without service and stage: `records`, `seal.fifo`. */
  readonly queue: string
  readonly messageId: string
  readonly body: string
  readonly attributes: readonly MessageAttribute[]
  readonly sentAt: number
  readonly receives: number
  /** The message group, where it was sent with one. */
  readonly group: string | null
  readonly reason: string
  readonly detail: string
  readonly keptAt: number
}

export type DeadLetterName = { readonly queue: string; readonly messageId: string }

/** A dead letter's object in the bucket. */
export type DeadLetterObject = DeadLetterName & {
  readonly bytes: number
  /** When it was put. */
  readonly at: number
  readonly retriedAt: number | null
}

export type DeadLetters = {
  /** Durable when it returns. A message is kept once, as it was the first time. */
  keep(letter: DeadLetter): Promise<'kept' | 'already-kept'>
}

export type DeadLetterObjects = {
  /** Every dead letter, or those of one queue, in no order that matters, all pages. */
  list(queue?: string): AsyncIterable<DeadLetterObject>
  /** A faithful copy. Throws where there is none. */
  read(name: DeadLetterName): Promise<DeadLetter>
}

export type DeadLetterMarks = {
  /** Says in the bucket that it was sent again. Twice is the same as once. */
  retried(name: DeadLetterName): Promise<void>
}

/** Why a message failed, as its worker saw it: kept for a while, since only the dead letter asks. */
export type FailureNote = { readonly reason: string; readonly detail: string }

export type FailureNotes = {
  /** The last one counts. */
  note(messageId: string, note: FailureNote): Promise<void>
  find(messageId: string): Promise<FailureNote | undefined>
}

export type Redrive = {
  /** Sends a copy of it to the queue that it came from, as it was sent there the first time. */
  send(letter: DeadLetter): Promise<void>
}
