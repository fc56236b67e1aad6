/** World → functions. */
export type ToFunctions =
  | {
      readonly kind: 'invoke'
      readonly requestId: string
      readonly moduleUrl: string
      readonly exportName: string
      readonly variables: Readonly<Record<string, string>>
      /** JSON, as Lambda passes it. */
      readonly event: string
      readonly timeoutMs: number
      /** The virtual time, ms. */
      readonly now: number
    }
  /** A round of work is over; the next begins when it is answered. */
  | { readonly kind: 'round'; readonly work: Work }
  | { readonly kind: 'ended'; readonly work: Work; readonly balanced: boolean }

/** Functions → world. */
export type ToWorld =
  | { readonly kind: 'answer'; readonly requestId: string; readonly payload: string }
  | {
      readonly kind: 'failure'
      readonly requestId: string
      readonly errorType: string
      readonly message: string
    }
  | { readonly kind: 'next' }
  | { readonly kind: 'end' }

/** What was done so far. */
export type Work = {
  readonly rounds: number
  readonly sent: number
  /** Invocations by function. */
  readonly invocations: Readonly<Record<string, number>>
  readonly failures: number
  readonly virtualDays: number
}
