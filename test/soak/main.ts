import { writeSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { judge } from './memory.ts'
import { runSoak } from './run-soak.ts'

const HELP = `npm run soak -- [options]

Random work, hostile messages among it, through every function of the deployment in one process, and the memory
that the process holds after each round of it. The cloud and what is stored are in another process.

  --minutes N   how long; 10 unless given
  --rounds N    so many rounds of work instead
  --seed S      what the work is; 1 unless given
  --json        the result as one JSON object on standard output

The exit status is 0 if memory is flat and the books balance, 1 if not.
`

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    rounds: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})

// the functions log to the standard output
const say = (text: string) => writeSync(1, text)
process.stdout.write = () => true
process.stderr.write = () => true

const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`
const percent = (part: number) => `${part < 0 ? '' : '+'}${(100 * part).toFixed(1)} %`

const run = async (): Promise<number> => {
  const { rounds: most, minutes, seed, json } = values
  const isEnough = (rounds: number, seconds: number) =>
    most === undefined ? seconds >= 60 * Number(minutes) : rounds >= Number(most)
  let told = 0
  const { samples, work, balanced } = await runSoak({
    seed: Number(seed),
    isEnough,
    onSample: ({ seconds, round, heap, resident }) => {
      if (json || seconds < told + 15) return
      told = seconds
      say(
        `${seconds.toFixed(0).padStart(4)} s  round ${round}  heap ${megabytes(heap)}  resident ${megabytes(resident)}\n`,
      )
    },
  })
  const verdict = judge(samples)
  const ok = verdict.flat && balanced
  if (json) say(`${JSON.stringify({ ok, balanced, ...verdict, work }, null, 2)}\n`)
  else
    say(
      [
        `${work.rounds} rounds, ${work.virtualDays.toFixed(0)} virtual days, ${work.sent} messages and objects, ${work.failures} failed invocations or batches`,
        ...Object.entries(work.invocations).map(([name, count]) => `  ${String(count).padStart(6)}  ${name}`),
        `heap after collection, second quarter and last: ${megabytes(verdict.heap.before)}, ${megabytes(verdict.heap.after)} (${percent(verdict.heap.growth)})`,
        `resident: ${megabytes(verdict.resident.before)}, ${megabytes(verdict.resident.after)} (${percent(verdict.resident.growth)})`,
        `memory is ${verdict.flat ? '' : 'NOT '}flat, the books ${balanced ? '' : 'DO NOT '}balance`,
        '',
      ].join('\n'),
    )
  return ok ? 0 : 1
}

if (values.help) say(HELP)
else process.exitCode = await run()
