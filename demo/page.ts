import type { Invoice } from '../simulator/bill.ts'

/** A digest as text, with its count apart. */
export type PageDigest = { readonly count: number; readonly digest: string }

export type PageLedger = {
  readonly dataset: string
  readonly received: PageDigest
  readonly archived: PageDigest
  readonly duplicates: PageDigest
  readonly quarantined: PageDigest
  readonly expired: PageDigest
  readonly balanced: boolean
}

export type PageRehydration = {
  readonly name: string
  readonly id: string
  readonly storageClass: string
  /** `none` where nothing had to be thawed. */
  readonly tier: string
  /** Virtual ms. */
  readonly phases: {
    readonly queued: number
    readonly thawing: number
    readonly hydrating: number
    readonly total: number
  }
  readonly records: number
  readonly bytes: number
  readonly complete: boolean
  /** Every record that was asked for came, once, and every byte of it is the source's. */
  readonly equal: boolean
}

export type PageComparison = {
  readonly records: number
  readonly bytes: number
  readonly different: number
  readonly missing: number
  readonly unexpected: number
  /** The whole archive against the whole source, by digest. */
  readonly archive: readonly {
    readonly dataset: string
    readonly source: string
    readonly archived: string
    readonly equal: boolean
  }[]
}

export type PageClass = {
  readonly dataset: string
  readonly storageClass: string
  readonly segments: number
  readonly records: number
  readonly bytes: number
  readonly bodyBytes: number
}

/** What the run ends with. */
export type Page = {
  readonly ok: boolean
  /** Why `ok` is false; else empty. */
  readonly problems: readonly string[]
  readonly virtualTime: { readonly from: string; readonly to: string }
  readonly seconds: number
  readonly ledgers: readonly PageLedger[]
  readonly rehydrations: readonly PageRehydration[]
  readonly comparison: PageComparison
  readonly classes: readonly PageClass[]
  readonly invoice: {
    /** The simulated cloud's, all services. */
    readonly icecore: Invoice
    readonly s3: number
    readonly other: number
    /** The same records as one S3 object each, over the same time and reads. */
    readonly oneObjectPerRecord: Invoice
    /** How many times dearer S3 would have been. */
    readonly ratio: number
  }
}
