/** What a command reads and writes. */
export type Terminal = {
  readonly out: (text: string | Uint8Array) => void
  readonly err: (text: string) => void
  /** Standard input. */
  input(): AsyncIterable<Uint8Array>
  /** How wide standard error is; null where it is no terminal. */
  readonly columns: number | null
  /** Calls the listener instead of ending when the user presses Ctrl-C, until what it gives back is called. */
  onInterrupt(listener: () => void): () => void
}
