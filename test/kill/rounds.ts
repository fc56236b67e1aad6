import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SourceRecord } from '../../demo/source/source.ts'
import { type Draw, makeDraw } from '../simulation/draw.ts'
import { startIcecore } from '../support/icecore-process.ts'
import type { KillableProcess } from '../support/killable-process.ts'
import { makeBooks } from './books.ts'
import { type Client, makeClient } from './client.ts'
import { startLoad } from './load.ts'
import { makeLook } from './look.ts'
import { makeProducer } from './producer.ts'
import { makeRehydrations } from './rehydrations.ts'
import { makeTally } from './tally.ts'
import { compareAll, compareReadable } from './whole.ts'

export type RunOptions = {
  readonly folder: string
  readonly seed: number
  readonly times: number
  /** What the time-lapse archives. */
  readonly before: readonly SourceRecord[]
  readonly tell: (line: string) => void
}

/** So often all that can be read is compared. */
const ROUNDS_A_COMPARISON = 25
const KILLED_WHILE_STARTING = 0.12
const START_MS = 1500
const SHORTEST_MS = 100
const LONGEST_MS = 3000

/** How long a process lives once it is ready: evenly spread. */
const lifetime = (draw: Draw) => SHORTEST_MS + draw.below(LONGEST_MS - SHORTEST_MS)

/** Starts icecore on the folder again and again; what it says is kept beside. */
const makeStarter = (folder: string) => {
  const scratch = join(folder, 'tmp')
  let current: KillableProcess | undefined
  const kill = async () => {
    await current?.kill()
    if (current !== undefined) appendFileSync(join(folder, 'output.log'), current.output())
    current = undefined
  }
  return {
    start: () => {
      mkdirSync(scratch, { recursive: true })
      // what a process leaves there is gone with its machine; compiled code may stay
      for (const name of readdirSync(scratch))
        if (name !== 'node-compile-cache') rmSync(join(scratch, name), { recursive: true })
      current = startIcecore({ dataDir: join(folder, 'cloud'), environment: { TMPDIR: scratch } })
      return current.ready
    },
    kill,
  }
}

export const runKills = async ({ folder, seed, times, before, tell }: RunOptions) => {
  const draw = makeDraw(seed)
  const books = makeBooks(before)
  const look = makeLook(books)
  const producer = makeProducer(makeDraw(draw.below(2 ** 32)))
  const rehydrations = makeRehydrations(books, makeDraw(draw.below(2 ** 32)))
  const tally = makeTally()
  const { start, kill } = makeStarter(folder)
  // a group of its own hears no Ctrl-C
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(signal, () => {
      tell(`stopped by ${signal}`)
      void kill().then(() => process.exit(1))
    })
  let began = performance.now()

  const withClient = async <T>(work: (client: Client) => Promise<T>): Promise<T> => {
    const client = makeClient(await start())
    try {
      return await work(client)
    } finally {
      client.close()
    }
  }

  const lookAround = async (client: Client) => {
    await look.round(client)
    await rehydrations.askAgain(client)
    await rehydrations.review(client)
  }

  const loadAndKill = async (client: Client) => {
    const load = startLoad(
      client,
      { books, producer, rehydrations, draw: makeDraw(draw.below(2 ** 32)) },
      await client.now(),
    )
    await Promise.race([sleep(lifetime(draw)), load.ended])
    tally.kill(await client.running())
    load.stop()
    await kill()
    await load.ended
  }

  const killWhileStarting = async () => {
    const ready = start()
    await Promise.race([sleep(draw.below(START_MS)), ready])
    tally.kill('starting')
    await kill()
    await ready.catch(() => undefined)
  }

  const tellRound = (round: number) => {
    const seconds = (performance.now() - began) / 1000
    const { records } = books.counts()
    const { accepted, compared } = rehydrations.counts()
    tell(
      `${round} of ${times} kills, ${records} records acknowledged, ${accepted} rehydrations accepted, ${compared} compared, ${((60 * round) / seconds).toFixed(1)} kills a minute`,
    )
  }

  try {
    tell('the time-lapse is played')
    await withClient(look.passQuarantine)
    await kill()
    began = performance.now()
    for (let round = 1; round <= times; round += 1) {
      if (draw.chance(KILLED_WHILE_STARTING)) await killWhileStarting()
      else
        await withClient(async (client) => {
          if (round % ROUNDS_A_COMPARISON === 0) await compareReadable(client, { books, look, rehydrations })
          else await lookAround(client)
          await loadAndKill(client)
        })
      tellRound(round)
    }
    const back = await withClient(async (client) => {
      await compareReadable(client, { books, look, rehydrations })
      return compareAll(client, books, before)
    })
    const seconds = Math.round((performance.now() - began) / 1000)
    return {
      seed,
      ...tally.summary(),
      sent: books.counts(),
      rehydrations: rehydrations.counts(),
      back,
      seconds,
    }
  } finally {
    await kill()
  }
}
