import { HOUR } from '../../shared/domain/duration.ts'
import { START } from './settings.ts'

/** What happened, line by line; nothing is kept unless somebody wants to read it. */
export type Trace = {
  line(text: string): void
  /** A call of a port. */
  call(task: string, where: string, given: readonly unknown[], fault: string | undefined): void
  lines(): readonly string[]
}

const NAMES = ['rehydrationId', 'partition', 'id', 'key', 'segmentId', 'storageClass', 'name'] as const

const describe = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? '' : String(value)
  if (Array.isArray(value)) return value.map(describe).join(' ')
  const fields = new Map<string, unknown>(Object.entries(value))
  return NAMES.flatMap((name) => {
    const text = fields.get(name)
    return typeof text === 'string' ? [text] : []
  }).join(' ')
}

export const makeTrace = (wanted: boolean, now: () => number): Trace => {
  const lines: string[] = []
  const line = (text: string) => {
    if (wanted) lines.push(`+${((now() - START) / HOUR).toFixed(3)} h  ${text}`)
  }
  return {
    line,
    call: (task, where, given, fault) => {
      if (!wanted) return
      const what = given
        .slice(0, 2)
        .map(describe)
        .filter((text) => text !== '')
        .join(', ')
      line(`${task}: ${where}(${what})${fault === undefined ? '' : `   !! ${fault}`}`)
    },
    lines: () => lines,
  }
}
