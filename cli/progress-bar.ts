import type { Terminal } from './terminal.ts'

export type Step = {
  /** From 0 to 1. */
  readonly share: number
  readonly text: string
}

const BAR = 20

/** `[=====               ] 3 of 12 partitions`, no wider than the terminal. */
export const drawBar = ({ share, text }: Step, columns: number): string => {
  const done = Math.floor(Math.min(1, Math.max(0, share)) * BAR)
  // a line that reaches the edge would wrap, and could not be drawn over
  return `[${'='.repeat(done).padEnd(BAR)}] ${text}`.slice(0, Math.max(0, columns - 1))
}

/** Shows how far something is: on a terminal as one line that changes, elsewhere as a line for each change. */
export const makeProgressBar = ({ err, columns }: Pick<Terminal, 'err' | 'columns'>) => {
  let shown = ''
  return {
    show: (step: Step) => {
      const line = columns === null ? step.text : drawBar(step, columns)
      if (line === shown) return
      err(columns === null ? `${line}\n` : `\r\u001b[K${line}`)
      shown = line
    },
    /** Leaves the terminal on a new line. */
    end: () => {
      if (columns !== null && shown !== '') err('\n')
    },
  }
}
