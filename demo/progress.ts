import type { WriteStream } from 'node:tty'

/** What a stage shows while it runs. */
export type Step = {
  readonly at: number
  readonly text: string
  readonly done?: number
  readonly total?: number
}

export type Progress = {
  /** Begins a stage; the one before must have ended. */
  stage(name: string): void
  update(step: Step): void
  /** Ends the stage with what came of it. */
  end(summary: string): void
  /** A line that stays, such as a warning. */
  note(text: string): void
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const BAR_WIDTH = 24
const REDRAW_MS = 80
const PLAIN_EVERY_MS = 5000

const dim = (text: string) => `\x1b[2m${text}\x1b[22m`
const ice = (text: string) => `\x1b[38;5;117m${text}\x1b[39m`
const bold = (text: string) => `\x1b[1m${text}\x1b[22m`

const bar = (done: number, total: number) => {
  const filled = total === 0 ? BAR_WIDTH : Math.min(BAR_WIDTH, Math.floor((done / total) * BAR_WIDTH))
  return ice('█'.repeat(filled)) + dim('░'.repeat(BAR_WIDTH - filled))
}

const stamp = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ')

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`

/** Columns before a stage's text: the spinner, the name and the time. */
const BEFORE_TEXT = 31

/** A line that wraps cannot be drawn anew: below this many columns there is no bar. */
const COLUMNS_FOR_A_BAR = 96

const cut = (text: string, columns: number) =>
  text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`

/** One line that is drawn anew, with the virtual time in it. */
const makeInteractive = (out: WriteStream): Progress => {
  let name = ''
  let began = 0
  let step: Step | undefined
  let frame = 0
  const draw = () => {
    const spinner = ice(FRAMES[frame++ % FRAMES.length] ?? '')
    // a terminal that does not know its size says 0
    const columns = out.columns > 0 ? out.columns : 80
    const hasBar = step?.total !== undefined && columns >= COLUMNS_FOR_A_BAR
    const progress = hasBar ? ` ${bar(step?.done ?? 0, step?.total ?? 0)}` : ''
    const room = columns - BEFORE_TEXT - (hasBar ? BAR_WIDTH + 1 : 0) - 2
    const text = step === undefined ? '' : ` ${dim(stamp(step.at))}${progress} ${cut(step.text, room)}`
    out.write(`\r\x1b[2K  ${spinner} ${bold(name.padEnd(10))}${text}`)
  }
  const timer = setInterval(() => {
    if (name !== '') draw()
  }, REDRAW_MS)
  timer.unref()
  return {
    stage: (next) => {
      name = next
      began = performance.now()
      step = undefined
      draw()
    },
    update: (next) => {
      step = next
    },
    end: (summary) => {
      out.write(
        `\r\x1b[2K  ${ice('✓')} ${bold(name.padEnd(10))} ${summary} ${dim(seconds(performance.now() - began))}\n`,
      )
      name = ''
    },
    note: (text) => {
      out.write(`\r\x1b[2K    ${text}\n`)
    },
  }
}

/** A line now and then, for logs and pipes. */
const makePlain = (out: NodeJS.WritableStream): Progress => {
  let name = ''
  let began = 0
  let told = 0
  return {
    stage: (next) => {
      name = next
      began = performance.now()
      told = began
      out.write(`${name}: started\n`)
    },
    update: ({ at, text, done, total }) => {
      if (performance.now() - told < PLAIN_EVERY_MS) return
      told = performance.now()
      const share = total === undefined ? '' : ` (${done ?? 0} of ${total})`
      out.write(`${name}: ${stamp(at)} ${text}${share}\n`)
    },
    end: (summary) => {
      out.write(`${name}: ${summary} (${seconds(performance.now() - began)})\n`)
    },
    note: (text) => {
      out.write(`${text}\n`)
    },
  }
}

/** Shows how far the run is: live on a terminal, as plain lines elsewhere. */
export const makeProgress = (out: WriteStream): Progress =>
  out.isTTY ? makeInteractive(out) : makePlain(out)
