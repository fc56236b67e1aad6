import type { IcecoreConfig } from '../../shared/domain/config.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import type { Rehydration } from '../../shared/domain/rehydration.ts'
import { ULID_PATTERN } from '../../shared/domain/ulid.ts'
import type { Rehydrations } from '../../shared/ports/rehydrations.ts'
import type { ApiEvent, Caller } from './event.ts'
import { unknownDataset, unknownRehydration } from './problem.ts'
import type { ApiResponse } from './respond.ts'

export type ApiRequest = { readonly event: ApiEvent; readonly caller: Caller }
export type Route = (request: ApiRequest) => Promise<ApiResponse>
/** By the route's key as API Gateway names it, such as `GET /datasets/{dataset}`. */
export type Routes = Readonly<Record<string, Route>>

export type Access = {
  readonly config: IcecoreConfig
  /** Whether a caller may read this dataset, and ask for its records. */
  readonly mayRead: (caller: Caller, dataset: string) => boolean
}

/** The dataset of that name, if the caller may use it. One that they may not is as unknown as one that is not there. */
export const datasetFor = (
  { config, mayRead }: Access,
  caller: Caller,
  name: string | undefined,
): Dataset => {
  const dataset = config.datasets.get(name ?? '')
  if (dataset === undefined || !mayRead(caller, dataset.name)) throw unknownDataset()
  return dataset
}

/** The rehydration of the path, where the caller may see it: another is as unknown as one that is not there. */
export const rehydrationFor = async (
  deps: Access & { readonly rehydrations: Pick<Rehydrations, 'find'> },
  { event, caller }: ApiRequest,
): Promise<Rehydration> => {
  const id = event.pathParameters.rehydrationId ?? ''
  const found = ULID_PATTERN.test(id) ? await deps.rehydrations.find(id) : undefined
  if (found === undefined || !deps.mayRead(caller, found.request.dataset)) throw unknownRehydration()
  return found
}
