import type { Goal, Run } from './case.ts'

/** The runs of each contender, one a round. */
export type Rounds = Readonly<Record<string, readonly Run[]>>

export type Verdict = {
  readonly goal: string
  readonly wanted: number
  /** The median over the rounds, and the least and the most of them. */
  readonly got: number
  readonly least: number
  readonly most: number
  readonly met: boolean
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[middle]]
  return (low + high) / 2
}

/** The contenders of one round took turns, so that what slows the machine slows both: ratios are of one round. */
export const judge = (goal: Goal, own: readonly Run[], rounds: Rounds): Verdict => {
  const peers = goal.kind === 'figure' ? [] : (rounds[goal.peer] ?? [])
  const values = own.map((run, round): number => {
    const peer = peers[round]
    if (goal.kind === 'speed') return (peer?.seconds ?? Number.NaN) / run.seconds
    const figure = run.figures[goal.figure] ?? Number.NaN
    return goal.kind === 'figure' ? figure : figure / (peer?.figures[goal.figure] ?? Number.NaN)
  })
  const got = median(values)
  const about = { got, least: Math.min(...values), most: Math.max(...values) }
  if (goal.kind === 'speed')
    return { goal: `speed of ${goal.peer}`, wanted: goal.atLeast, ...about, met: got >= goal.atLeast }
  const name = goal.kind === 'figure' ? goal.figure : `${goal.figure} of ${goal.peer}`
  return { goal: name, wanted: goal.atMost, ...about, met: got <= goal.atMost }
}
