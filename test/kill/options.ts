import { parseArgs } from 'node:util'

export const HELP = `npm run kill -- [options]

Kills \`npm start -- --serve\` at random moments of its work, starts it again on what is there, and balances the
books each time; at the end every record is brought back and compared, to the byte.

  --times N    kills; 500 unless given
  --seed S     what is sent, and how long each process lives; any unless given
  --data DIR   an empty or new folder to work in; a temporary one unless given. It is kept when something differs
  --json       the summary as one JSON object on standard output

The exit status is 0 if nothing was lost, 1 if something differs.
`

export type KillOptions = {
  readonly help: boolean
  readonly json: boolean
  readonly times: number
  readonly seed: number
  readonly data: string | undefined
}

const wholeNumber = (name: string, text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Error(`--${name}: expected a whole number, got ${JSON.stringify(text)}`)
}

export const readOptions = (args: readonly string[]): KillOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      times: { type: 'string', default: '500' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      data: { type: 'string' },
    },
  })
  const { help, json, data } = values
  return {
    help,
    json,
    data,
    times: wholeNumber('times', values.times),
    seed: wholeNumber('seed', values.seed),
  }
}
