import type { Command } from 'commander'
import { type Place, placesOf, valueOptionsOf, type Word } from './completion-places.ts'

export const COMPLETION_SHELLS = ['bash', 'zsh', 'fish'] as const
export type CompletionShell = (typeof COMPLETION_SHELLS)[number]

/** In single quotes; a description may hold any character. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const fishQuote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

const wordsOf = ({ commands, options }: Place): Word[] => [...commands, ...options]

/** Reads the words before the cursor: `at` is then the command that they name, `skip` is set where a value is due. */
const findPlace = (places: readonly Place[], words: string): string => `  local at=icecore skip= word
  for word in ${words}; do
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      ${valueOptionsOf(places).join('|')}) skip=1 ;;
      -*) ;;
      *)
        case "$at $word" in
          ${places.map(({ path }) => quote(path)).join('|')}) at="$at $word" ;;
        esac
        ;;
    esac
  done`

/** What is no word of icecore's is a file, which the shell completes by itself. */
const bash = (places: readonly Place[]): string => `_icecore() {
  COMPREPLY=()
${findPlace(places, `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`)}
  [[ -n $skip ]] && return
  local words=
  case $at in
${places
  .map(
    (place) =>
      `    ${quote(place.path)}) words=${quote(
        wordsOf(place)
          .map(({ text }) => text)
          .join(' '),
      )} ;;`,
  )
  .join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _icecore icecore`

/** A colon would end the word. */
const described = ({ text, description }: Word): string =>
  quote(`${text.replaceAll(':', '\\:')}:${description}`)

const zsh = (places: readonly Place[]): string => `#compdef icecore
_icecore() {
${findPlace(places, `"\${(@)words[2,CURRENT-1]}"`)}
  if [[ -n $skip ]]; then _files; return; fi
  local -a found
  case $at in
${places.map((place) => `    ${quote(place.path)}) found=(${wordsOf(place).map(described).join(' ')}) ;;`).join('\n')}
  esac
  _describe icecore found || _files
}
compdef _icecore icecore`

const fish = (places: readonly Place[]): string => {
  const conditional = ({ path }: Place) =>
    `complete -c icecore -n ${fishQuote(`__icecore_at ${fishQuote(path)}`)}`
  const lines = places.flatMap((place) => [
    ...place.commands.map(
      ({ text, description }) => `${conditional(place)} -f -a ${text} -d ${fishQuote(description)}`,
    ),
    ...place.options.map(
      ({ text, description, takesValue }) =>
        `${conditional(place)} -l ${text.slice(2)}${takesValue ? ' -r' : ''} -d ${fishQuote(description)}`,
    ),
  ])
  return `function __icecore_at
  set -l at icecore
  set -l skip
  for word in (commandline -opc)[2..]
    if set -q skip[1]
      set skip
      continue
    end
    switch $word
      case ${valueOptionsOf(places).join(' ')}
        set skip 1
      case '-*'
      case '*'
        contains -- "$at $word" ${places.map(({ path }) => fishQuote(path)).join(' ')}; and set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join('\n')}`
}

/** What completes the commands and options of `program` in a shell. */
export const writeCompletion = (shell: CompletionShell, program: Command): string => {
  const places = placesOf(program)
  switch (shell) {
    case 'bash':
      return bash(places)
    case 'zsh':
      return zsh(places)
    case 'fish':
      return fish(places)
  }
}
