import type { CanaryPlan } from './canary.ts'
import type { Dataset } from './dataset.ts'

/** The destination that is always there: answers small enough to be read through the API. */
export const INLINE: Destination = { name: 'inline', prefix: 'inline/' }

/** Where rehydrated records are delivered: a prefix of the rehydrated bucket, known to callers by name only. */
export type Destination = { readonly name: string; readonly prefix: string }

/** `icecore.config.ts`, parsed. */
export type IcecoreConfig = {
  readonly datasets: ReadonlyMap<string, Dataset>
  readonly destinations: ReadonlyMap<string, Destination>
  /** None is sent where it is not given. */
  readonly canary?: CanaryPlan
}
