/** What one run of one contender gives. */
export type Run = {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly peakMegabytes: number
  readonly megabytes: number
}

/** A thing that is measured against a peer, if it has one, each in processes of their own. */
export type Case = {
  readonly name: string
  readonly what: string
  /** How fast icecore should be as a share of its peer, or null where there is none. */
  readonly goal: number | null
  /** Makes the input that all runs share, in `folder`. */
  prepare(folder: string, options: { readonly megabytes: number }): Promise<void>
  readonly contenders: Readonly<Record<string, (folder: string) => Promise<{ readonly megabytes: number }>>>
}
