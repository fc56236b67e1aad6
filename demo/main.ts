import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { bringBack } from './bring-back.ts'
import { makePage } from './make-page.ts'
import { type DemoOptions, HELP, readOptions, WrongOption } from './options.ts'
import { makeProgress } from './progress.ts'
import { renderPage } from './render-page.ts'
import { serve } from './serve.ts'
import { CannotStart, type Session, startSession } from './session.ts'
import { readEarthquakes } from './source/earthquakes.ts'
import { readFlights } from './source/flights.ts'
import { joinSources } from './source/source.ts'
import { cool, receive, START, seal } from './time-lapse.ts'

const count = (value: number) => value.toLocaleString('en-US')

const holdsCloud = (dataDir: string | undefined): dataDir is string =>
  dataDir !== undefined && existsSync(join(dataDir, 'cloud.sqlite'))

/** Serves the archive that is in `dataDir`, however the run before ended. */
const goOn = async ({ serve: wanted, json, port }: DemoOptions, dataDir: string): Promise<boolean> => {
  if (!wanted || json)
    throw new CannotStart(
      `There is an archive in ${dataDir} already. Go on with it by --serve (without --json), or name another folder for the time-lapse.`,
    )
  const session = await startSession(START, { port, dataDir })
  session.host.onFailure(({ functionName, reason }) =>
    process.stderr.write(`${functionName} failed: ${reason}\n`),
  )
  try {
    await serve(session, `the archive that is in ${dataDir}`, process.stdout)
    return true
  } finally {
    await session.close()
  }
}

/** The whole time-lapse; returns whether everything balances and compares. */
const run = async (options: DemoOptions): Promise<boolean> => {
  const startedAt = performance.now()
  // standard output is for the page alone when it is to be JSON
  const progress = makeProgress(options.json ? process.stderr : process.stdout)
  progress.stage('prepare')
  const source = joinSources(await readFlights(), await readEarthquakes())
  const session: Session = await startSession(START, options)
  session.host.onFailure(({ functionName, reason }) => progress.note(`${functionName} failed: ${reason}`))
  progress.end(
    `${count(source.records.length)} records, ${count(source.repeats)} of them sent twice, ${source.malformed} malformed; icecore is up`,
  )
  try {
    await receive(session, source, progress)
    await seal(session, progress)
    const sealedAt = session.cloud.clock.now()
    await cool(session, progress)
    const cooledAt = session.cloud.clock.now()
    const broughtBack = await bringBack(session, source, progress)
    const page = await makePage(session, source, broughtBack, { sealedAt, cooledAt }, startedAt)
    process.stdout.write(options.json ? `${JSON.stringify(page, null, 2)}\n` : renderPage(page))
    const out = options.json ? process.stderr : process.stdout
    if (options.serve) await serve(session, 'everything that was just archived', out)
    return page.ok
  } finally {
    await session.close()
  }
}

const main = async (): Promise<number> => {
  try {
    const options = readOptions(process.argv.slice(2))
    if (options.help) {
      process.stdout.write(HELP)
      return 0
    }
    const { dataDir } = options
    return (await (holdsCloud(dataDir) ? goOn(options, dataDir) : run(options))) ? 0 : 1
  } catch (error) {
    if (error instanceof CannotStart) process.stderr.write(`\n${error.message}\n`)
    else if (error instanceof WrongOption) process.stderr.write(`${error.message}\n\n${HELP}`)
    else throw error
    return 2
  }
}

process.exitCode = await main()
