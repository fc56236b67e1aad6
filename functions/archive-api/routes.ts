import type { IcecoreConfig } from '../../shared/domain/config.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import type { ApiEvent, Caller } from './event.ts'
import { unknownDataset } from './problem.ts'
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
