export type Tally = {
  /** A kill while these functions were under way; `starting` is told apart. */
  kill(during: readonly string[] | 'starting'): void
  summary(): { readonly kills: number; readonly during: Readonly<Record<string, number>> }
}

const PHASES: Readonly<Record<string, string>> = {
  'age-records': 'ageing messages',
  'age-objects': 'ageing objects',
  'seal-segments': 'sealing',
  'expire-segments': 'expiring',
  'thaw-segments': 'thawing',
  'hydrate-records': 'hydrating',
  'track-storage': 'tracking storage',
  'archive-api': 'answering',
  'audit-archive': 'auditing',
  'keep-dead-letters': 'keeping dead letters',
  sweep: 'sweeping',
}

/** Counts kills by what they interrupted: one may interrupt several things. */
export const makeTally = (): Tally => {
  const during = new Map<string, number>()
  let kills = 0
  return {
    kill: (running) => {
      kills += 1
      const named = running === 'starting' ? ['starting'] : running.map((name) => PHASES[name] ?? name)
      const phases = named.length === 0 ? ['between invocations'] : [...new Set(named)]
      for (const phase of phases) during.set(phase, (during.get(phase) ?? 0) + 1)
    },
    summary: () => ({ kills, during: Object.fromEntries([...during].toSorted(([, a], [, b]) => b - a)) }),
  }
}
