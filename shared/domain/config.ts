import type { CanaryPlan } from './canary.ts'
import type { Dataset } from './dataset.ts'
import { type Guards, NO_GUARDS } from './guards.ts'

/** The destination that is always there: answers small enough to be read through the API. */
export const INLINE: Destination = { name: 'inline', prefix: 'inline/' }

/** A queue that records are sent to one by one: its ARN, or the name of an environment variable that holds it. */
export type ReplayTarget = { readonly queue: string; readonly perSecond: number }

/**
 * Where rehydrated records are delivered: a prefix of the rehydrated bucket, known to callers by name only. Where they are
 * replayed to a queue, only the manifest is put there.
 */
export type Destination = { readonly name: string; readonly prefix: string; readonly replay?: ReplayTarget }

/** `icecore.config.ts`, parsed. */
export type IcecoreConfig = {
  readonly datasets: ReadonlyMap<string, Dataset>
  readonly destinations: ReadonlyMap<string, Destination>
  /**
   * A rehydration that has to thaw more segments than this has jobs of S3 Batch Operations ask for them, and asks for no more than so many by
   * itself; null: it never does.
   */
  readonly batchThawsAbove: number | null
  /** None is sent where it is not given. */
  readonly canary?: CanaryPlan
  /** How long a quote can be accepted, in ms; an hour where it is not given. */
  readonly quotes?: { readonly validFor: number }
}

/** The guards of a dataset; none of one that has left the configuration. */
export const guardsOf = ({ datasets }: Pick<IcecoreConfig, 'datasets'>, dataset: string): Guards =>
  datasets.get(dataset)?.guards ?? NO_GUARDS
