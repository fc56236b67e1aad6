import type { Argument, Command } from 'commander'

/** A command that does something, and all its names, such as `quarantine list`. */
export type Leaf = { readonly path: string; readonly command: Command }

export const leavesOf = (command: Command, before: readonly string[] = []): Leaf[] =>
  command.commands.flatMap((one) => {
    const names = [...before, one.name()]
    return one.commands.length > 0 ? leavesOf(one, names) : [{ path: names.join(' '), command: one }]
  })

const row = (what: string, description: string, usual?: unknown): string =>
  `| \`${what}\` | ${description}${usual === undefined ? '' : ` (${usual} unless given)`} |`

const headed = (rows: readonly string[]): string[] =>
  rows.length === 0 ? [] : ['', '| | |', '| --- | --- |', ...rows]

export const optionRows = ({ options }: Command): string[] =>
  options.map(({ flags, description, defaultValue }) => row(flags, description, defaultValue))

const argumentName = (argument: Argument): string => {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

/** What docs/cli.md says of a command, as its help says it. */
export const sectionOf = ({ path, command }: Leaf): string => {
  const given = command.registeredArguments
  const title = [`icecore ${path}`, ...given.map(argumentName)].join(' ')
  const rows = [
    ...given.map((argument) => row(argumentName(argument), argument.description, argument.defaultValue)),
    ...optionRows(command),
  ]
  return [`## ${title}`, '', command.description(), ...headed(rows)].join('\n')
}

export const globalSection = (program: Command): string => headed(optionRows(program)).slice(1).join('\n')
