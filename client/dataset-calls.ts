import { type Ask, allPages } from './ask.ts'
import {
  type DatasetAnswer,
  datasetSchema,
  datasetsSchema,
  type LedgerAnswer,
  ledgerSchema,
  type SegmentAnswer,
  segmentPageSchema,
} from './dataset-answers.ts'
import type { CallOptions, Instant } from './requests.ts'

export type SegmentsOptions = CallOptions & {
  readonly from?: Instant
  readonly to?: Instant
  /** Segments a page, 1 to 1,000. */
  readonly pageSize?: number
}

export type DatasetCalls = {
  /** The datasets that the caller may read, and their policies. */
  datasets(options?: CallOptions): Promise<readonly DatasetAnswer[]>
  dataset(name: string, options?: CallOptions): Promise<DatasetAnswer>
  /** Its segments and where they are, by partition, then id. Pages are fetched as they are needed. */
  segments(dataset: string, options?: SegmentsOptions): AsyncIterable<SegmentAnswer>
  ledger(dataset: string, options?: CallOptions): Promise<LedgerAnswer>
}

export const pathOf = (...parts: readonly string[]): string =>
  parts.map((part) => `/${encodeURIComponent(part)}`).join('')

export const makeDatasetCalls = (ask: Ask): DatasetCalls => {
  const get = { method: 'GET', repeatable: true } as const
  return {
    datasets: async ({ signal } = {}) =>
      (await ask(datasetsSchema, { ...get, path: '/datasets', signal })).datasets,
    dataset: (name, { signal } = {}) =>
      ask(datasetSchema, { ...get, path: pathOf('datasets', name), signal }),
    segments: (dataset, { from, to, pageSize, signal } = {}) =>
      allPages(async (next) => {
        const path = pathOf('datasets', dataset, 'segments')
        const query = { from, to, limit: pageSize, next }
        const page = await ask(segmentPageSchema, { ...get, path, query, signal })
        return { items: page.segments, next: page.next }
      }),
    ledger: (dataset, { signal } = {}) =>
      ask(ledgerSchema, { ...get, path: pathOf('datasets', dataset, 'ledger'), signal }),
  }
}
