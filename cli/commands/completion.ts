import type { Command } from 'commander'
import type { AddCommand } from '../command.ts'
import { COMPLETION_SHELLS, writeCompletion } from '../completion-script.ts'
import { WrongUsage } from '../failure.ts'
import { readOneOf } from '../options.ts'

const rootOf = (command: Command): Command => (command.parent === null ? command : rootOf(command.parent))

export const addCompletion: AddCommand = (parent, act) => {
  parent
    .command('completion')
    .description('print what completes commands and options in a shell')
    .argument('<shell>', COMPLETION_SHELLS.join(', '))
    .addHelpText(
      'after',
      `
  bash   source <(icecore completion bash)
  zsh    source <(icecore completion zsh)
  fish   icecore completion fish | source`,
    )
    .action(
      act(async (_, name: string) => {
        const shell = readOneOf('shell', COMPLETION_SHELLS, name)
        if (shell === undefined) throw new WrongUsage('shell: expected a name')
        const script = writeCompletion(shell, rootOf(parent))
        return { json: { shell, script }, text: script }
      }),
    )
}
