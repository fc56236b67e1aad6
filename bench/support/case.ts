/** What one run of one contender gives. */
export type Run = {
  readonly seconds: number
  readonly cpuSeconds: number
  /** Null where the work is done in other processes. */
  readonly peakMegabytes: number | null
  readonly megabytes: number
  /** What else it measured, by name, such as `reads` or `storedBytes`. */
  readonly figures: Readonly<Record<string, number>>
}

/** What a contender answers for itself; it may time only a part of what it does. */
export type Outcome = {
  readonly megabytes: number
  readonly seconds?: number
  readonly cpuSeconds?: number
  /** Where it is not that of the whole process at its end. */
  readonly peakMegabytes?: number | null
  readonly figures?: Readonly<Record<string, number>>
}

/** What icecore, the first contender, is held to. */
export type Goal =
  /** At least so many times as fast as a peer. */
  | { readonly kind: 'speed'; readonly peer: string; readonly atLeast: number }
  /** At most so much of a figure. */
  | { readonly kind: 'figure'; readonly figure: string; readonly atMost: number }
  /** At most so many times a peer's figure. */
  | { readonly kind: 'share'; readonly peer: string; readonly figure: string; readonly atMost: number }

export type Sizes = {
  /** Of the input, where a case has one that is not real data. */
  readonly megabytes: number
  /** Records of the large segment. */
  readonly records: number
}

/** A thing that is measured against peers, if it has some, each in processes of their own. */
export type Case = {
  readonly name: string
  readonly what: string
  readonly goals: readonly Goal[]
  /** Makes the input that all runs share, in `folder`, and all cases with this very function. */
  prepare(folder: string, sizes: Sizes): Promise<void>
  readonly contenders: Readonly<Record<string, (folder: string) => Promise<Outcome>>>
}
