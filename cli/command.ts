import type { Command } from 'commander'
import type { CliContext } from './context.ts'
import type { ExitStatus } from './exit-status.ts'
import type { Terminal } from './terminal.ts'

/** What a command has to say: one JSON document, or the same for a reader. */
export type Answer = {
  readonly json: unknown
  readonly text: string
  /** Printed instead of the text, to the byte. */
  readonly bytes?: Uint8Array
  /** Said on standard error, beside the text. */
  readonly notes?: string
  /** It did what it could, and not all that it was asked for: the exit status is 1. */
  readonly failed?: boolean
  /** Another exit status than that. */
  readonly status?: ExitStatus
}

/** What a command works with: the deployment, the terminal, and a way to say how far it is while it works. */
export type CommandContext = CliContext & {
  readonly terminal: Terminal
  progress(text: string): void
}

/** Wraps the work of a command as commander wants it: a context is made for it, and its answer printed. */
export type Act = <Arguments extends readonly unknown[]>(
  work: (context: CommandContext, ...given: Arguments) => Promise<Answer>,
) => (this: Command, ...given: Arguments) => Promise<void>

/** One file of `commands/`: adds its command to `parent`. */
export type AddCommand = (parent: Command, act: Act) => void
