import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { readEarthquakes } from '../../demo/source/earthquakes.ts'
import { readFlights } from '../../demo/source/flights.ts'
import { joinSources } from '../../demo/source/source.ts'
import { HELP, type KillOptions, readOptions } from './options.ts'
import { runKills } from './rounds.ts'

type Summary = Awaited<ReturnType<typeof runKills>>

const formatSummary = ({ kills, during, sent, rehydrations, back, seconds, seed }: Summary): string =>
  [
    `${kills} kills in ${seconds} s (${((60 * kills) / seconds).toFixed(1)} a minute), seed ${seed}, by what they interrupted:`,
    ...Object.entries(during).map(([phase, count]) => `  ${String(count).padStart(5)}  ${phase}`),
    `${sent.messages} messages and ${sent.objects} objects acknowledged: ${sent.records - sent.bad} records, ${sent.bad} texts that are none`,
    `${rehydrations.accepted} rehydrations accepted, ${rehydrations.compared} delivered and compared, ${rehydrations.records} records in them`,
    `${back} records brought back at the end, each one the one that was sent, to the byte; the books say the same`,
    'Nothing was lost.',
  ].join('\n')

const workFolder = (data: string | undefined): string => {
  if (data === undefined) return mkdtempSync(join(tmpdir(), 'icecore-kill-'))
  if (existsSync(data) && readdirSync(data).length > 0) throw new Error(`--data: ${data} is not empty`)
  mkdirSync(data, { recursive: true })
  return resolve(data)
}

const run = async ({ times, seed, data, json }: KillOptions): Promise<number> => {
  const folder = workFolder(data)
  const { records } = joinSources(await readFlights(), await readEarthquakes())
  const tell = (line: string) => process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`)
  tell(`seed ${seed}, in ${folder}`)
  try {
    const summary = await runKills({ folder, seed, times, before: records, tell })
    process.stdout.write(json ? `${JSON.stringify(summary, null, 2)}\n` : `${formatSummary(summary)}\n`)
    if (data === undefined) rmSync(folder, { recursive: true })
    return 0
  } catch (error) {
    console.error(error)
    tell(`FAILED with seed ${seed}; all is kept in ${folder}`)
    return 1
  }
}

const options = readOptions(process.argv.slice(2))
if (options.help) process.stdout.write(HELP)
else process.exitCode = await run(options)
