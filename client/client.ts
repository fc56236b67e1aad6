import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { makeAsk } from './ask.ts'
import { type DatasetCalls, makeDatasetCalls } from './dataset-calls.ts'
import { type DeliveryCalls, makeDeliveryCalls } from './delivery-calls.ts'
import { makeRecordCalls, type RecordCalls } from './record-calls.ts'
import type { RehydrationAnswer } from './rehydration-answers.ts'
import { makeRehydrationCalls, type RehydrationCalls } from './rehydration-calls.ts'
import { makeSend } from './send.ts'
import { type CredentialProvider, type Credentials, makeSigner, usualCredentials } from './sign.ts'
import { type WaitOptions, waitFor } from './wait-for.ts'

// `icecore/client` is this module: what a caller has to name is named here
export type { DatasetAnswer, LedgerAnswer, SegmentAnswer } from './dataset-answers.ts'
export type { FilesAnswer, RecordsAnswer } from './delivery-calls.ts'
export { ApiProblem, ApiUnreachable, type FieldError, UnexpectedAnswer } from './failures.ts'
export { quoteOf } from './quote-of.ts'
export type { RecordAnswer, VersionsAnswer } from './record-calls.ts'
export {
  type QuoteAnswer,
  REHYDRATION_STATUSES,
  type RehydrationAnswer,
  type RehydrationLine,
  type RehydrationStatus,
  type TierQuoteAnswer,
} from './rehydration-answers.ts'
export type { RehydrationsWanted } from './rehydration-calls.ts'
export type { CallOptions, Instant, QuoteRequest, RehydrateRequest, Select } from './requests.ts'
export type { CredentialProvider, Credentials } from './sign.ts'
export type { WaitOptions } from './wait-for.ts'

export type ClientOptions = {
  /** Where the API answers, without a slash at its end. */
  readonly endpoint: string
  readonly region: string
  /** The usual chain of AWS unless given. */
  readonly credentials?: Credentials | CredentialProvider
  readonly fetch?: typeof fetch
  /** Of one try, in ms; 30 s unless given, which is as long as API Gateway waits. */
  readonly timeoutMs?: number
  /** Tries of one request; 5 unless given. */
  readonly attempts?: number
  readonly now?: () => number
  readonly random?: () => number
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

export type Client = DatasetCalls &
  RecordCalls &
  RehydrationCalls &
  DeliveryCalls & {
    /** Looks at a rehydration until it is completed, failed or cancelled, and gives it back as it is then. */
    waitFor(rehydrationId: string, options?: WaitOptions): Promise<RehydrationAnswer>
  }

const pause = async (ms: number, signal: AbortSignal | undefined): Promise<void> => {
  try {
    await delay(ms, undefined, signal && { signal })
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
}

/** A client of icecore's HTTP API. It holds no connection and needs no closing. */
export const makeClient = (options: ClientOptions): Client => {
  const { endpoint, region, timeoutMs = 30_000, attempts = 5, random = Math.random, sleep = pause } = options
  const { credentials = usualCredentials(region), now = Date.now } = options
  const send = makeSend({
    endpoint,
    sign: makeSigner({ region, credentials, now }),
    fetch: options.fetch ?? fetch,
    timeoutMs,
    attempts,
    random,
    sleep,
  })
  const ask = makeAsk(send)
  const rehydrations = makeRehydrationCalls({ ask, makeKey: randomUUID })
  return {
    ...makeDatasetCalls(ask),
    ...makeRecordCalls({ ask, send }),
    ...rehydrations,
    ...makeDeliveryCalls({ ask, send }),
    waitFor: waitFor({ ...rehydrations, sleep }),
  }
}
