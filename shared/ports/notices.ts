/** What whoever asked for a rehydration should hear without asking. Times in ms. */
export type Notice = {
  readonly kind: 'copies-lapse'
  readonly rehydrationId: string
  readonly dataset: string
  /** Who asked for the rehydration. */
  readonly caller: string
  /** The earliest time at which S3 takes a restored copy away. */
  readonly keptUntil: number
}

export type Notices = {
  /** Tells whoever listens. The same notice may be given again: its id and time tell that it is the same. */
  give(notice: Notice): Promise<void>
}
