import type { Finding } from '../domain/audit.ts'
import type { AuditCursor } from '../domain/audit-cursor.ts'

export type AuditReport = {
  readonly startedAt: number
  readonly endedAt: number
  readonly partitions: number
  readonly segments: number
  readonly bytes: number
  readonly findings: number
  readonly repaired: number
  /** How long ago (ms) the partition that waits longest was compared, and its segments were looked into. */
  readonly listedWithin: number
  readonly readWithin: number
  readonly kinds: Readonly<Record<string, number>>
  /** The first of them, each with what is to be done where it was not repaired. */
  readonly told: readonly (Finding & { readonly advice: string | null })[]
}

export type AuditReports = {
  /** How far the audits have come; at the very beginning where that is not known. */
  cursor(now: number): Promise<{ readonly cursor: AuditCursor; readonly version: string | undefined }>
  /** Moves it, unless another audit did meanwhile (`changed`). */
  move(cursor: AuditCursor, version: string | undefined): Promise<'written' | 'changed'>
  /** Keeps the report of one run under the time that it began. */
  write(report: AuditReport): Promise<void>
}
