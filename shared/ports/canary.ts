import type { CanaryState } from '../domain/canary.ts'

export type CanaryRegister = {
  /** Undefined until the first one was sent. */
  read(): Promise<CanaryState | undefined>
  write(state: CanaryState): Promise<void>
}

export type CanaryMetrics = {
  /** ms from sending one to when the archive had it. */
  canaryArchived(latency: number): void
  /** ms from asking for it to when it was delivered, to the byte. */
  canaryRehydrated(latency: number): void
  /** What a run found: canaries that are late, and those that came otherwise than they were sent. */
  canariesChecked(counts: { missing: number; failed: number }): void
}
