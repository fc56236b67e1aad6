import type { Command } from 'commander'

export type Word = { readonly text: string; readonly description: string }
export type OptionWord = Word & { readonly takesValue: boolean }

/** What may stand behind one command. */
export type Place = {
  /** The commands up to here, such as `icecore quarantine`. */
  readonly path: string
  readonly commands: readonly Word[]
  readonly options: readonly OptionWord[]
}

const HELP = { text: '--help', description: 'display help for command', takesValue: false }

const optionsOf = (command: Command): OptionWord[] =>
  command.options.map((option) => ({
    text: option.long ?? option.flags,
    description: option.description,
    takesValue: option.required || option.optional,
  }))

/** A command and all below it, outermost first. What holds for all commands stands at each. */
export const placesOf = (command: Command, before = '', global: readonly OptionWord[] = []): Place[] => {
  const path = before === '' ? command.name() : `${before} ${command.name()}`
  const own = optionsOf(command)
  const held = before === '' ? [...own, HELP] : global
  return [
    {
      path,
      commands: command.commands.map((one) => ({ text: one.name(), description: one.description() })),
      options: before === '' ? held : [...own, ...global],
    },
    ...command.commands.flatMap((one) => placesOf(one, path, held)),
  ]
}

/** Options behind which a value stands, wherever they do. */
export const valueOptionsOf = (places: readonly Place[]): string[] => [
  ...new Set(
    places.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue).map(({ text }) => text)),
  ),
]
