import { execFile, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { makeCliRunner } from '../support/run-icecore.ts'

const icecore = makeCliRunner('http://127.0.0.1:1')
const script = async (shell: string) => (await icecore('completion', shell)).out

/** What each shell offers at the end of a line, by its own machinery. */
const ASK = {
  bash: (line: string) => `
    read -ra COMP_WORDS <<< ${JSON.stringify(line)}
    [[ ${JSON.stringify(line)} == *" " ]] && COMP_WORDS+=("")
    COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    [[ $(complete -p icecore) == *"-F _icecore icecore" ]] || exit 9
    _icecore; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // _describe is asked what it was given, for there is no line to edit
  zsh: (line: string) => `
    _describe() { print -l -- \${(P)2} }
    _files() { : }
    words=(\${(s: :)\${:-${JSON.stringify(line)}x}}); CURRENT=\${#words}
    _icecore`,
  fish: (line: string) => `complete -C ${JSON.stringify(line)}`,
}
type Shell = keyof typeof ASK

const PROLOGUE = { bash: '', zsh: 'compdef() { : }\n', fish: '' }
const FLAGS = { bash: ['--norc', '--noprofile'], zsh: ['-f'], fish: ['--no-config'] }
const SHELLS = (['bash', 'zsh', 'fish'] as const).filter(
  (shell) => spawnSync(shell, ['-c', ':']).status === 0,
)

const offered = async (shell: Shell, line: string): Promise<string[]> => {
  const program = `${PROLOGUE[shell]}${await script(shell)}\n${ASK[shell](line)}`
  const { promise, resolve } = Promise.withResolvers<string>()
  execFile(shell, [...FLAGS[shell], '-c', program], (_, stdout, stderr) => resolve(stdout + stderr))
  const words = (await promise).split('\n').map((word) => word.split(/[:\t]/)[0] ?? '')
  return words.filter((word) => word !== '')
}

describe.each(SHELLS)('completion in %s', (shell) => {
  it('offers commands, and those below a command', async () => {
    expect(await offered(shell, 'icecore ')).toEqual(
      expect.arrayContaining(['put', 'rehydrate', 'quarantine']),
    )
    const below = await offered(shell, 'icecore --stage prod quarantine ')
    expect(below).toEqual(expect.arrayContaining(['list', 'show', 'retry']))
    expect(below).not.toContain('put')
  })

  it('offers the options of a command, and those of all', async () => {
    const options = await offered(shell, 'icecore rehydrate orders --')
    expect(options).toEqual(expect.arrayContaining(['--ids-file', '--destination', '--json', '--stage']))
    expect(options).not.toContain('--dry-run')
  })

  it('takes the value of an option for no command', async () => {
    expect(await offered(shell, 'icecore --stage quarantine ')).toContain('put')
  })

  it('offers no word where the value of an option is due', async () => {
    const words = await offered(shell, 'icecore rehydrate --ids-file ')
    expect(words).not.toContain('--destination')
    expect(words).not.toContain('put')
  })
})

it('completion in bash offers what begins as the word does', async () => {
  expect(await offered('bash', 'icecore re')).toEqual(['rehydrate', 'rebuild-catalog'])
})

it('completion for another shell is wrong usage', async () => {
  expect(await icecore('completion', 'cmd')).toMatchObject({
    status: 2,
    err: expect.stringContaining('expected one of bash, zsh, fish, got "cmd"'),
  })
})
