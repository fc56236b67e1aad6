import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installVirtualDate } from '../../simulator/host/runtime/virtual-date.ts'
import type { Sample } from './memory.ts'
import type { ToFunctions, ToWorld, Work } from './protocol.ts'

export type SoakOptions = {
  readonly seed: number
  /** Whether a run of so many rounds and seconds is long enough. */
  readonly isEnough: (rounds: number, seconds: number) => boolean
  /** Told of every sample. */
  readonly onSample: (sample: Sample, work: Work) => void
}

export type Soak = { readonly samples: readonly Sample[]; readonly work: Work; readonly balanced: boolean }

type Invocation = Extract<ToFunctions, { kind: 'invoke' }>

const collectGarbage = () => {
  if (globalThis.gc === undefined) throw new Error('node must be started with --expose-gc')
  // what finalizers let go is free only after a second one
  globalThis.gc()
  globalThis.gc()
}

/** Every function of the deployment in this process, as warm as can be. */
const makeFunctions = () => {
  let now = 0
  installVirtualDate(() => now)
  return async (invocation: Invocation): Promise<ToWorld> => {
    const { requestId, moduleUrl, exportName, variables, event, timeoutMs } = invocation
    now = invocation.now
    Object.assign(process.env, variables)
    const module: Record<string, unknown> = await import(moduleUrl)
    const handler = module[exportName]
    if (typeof handler !== 'function') throw new Error(`${moduleUrl} exports no function ${exportName}`)
    const deadline = performance.now() + timeoutMs
    const context = {
      awsRequestId: requestId,
      functionName: variables.AWS_LAMBDA_FUNCTION_NAME,
      memoryLimitInMB: variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
      getRemainingTimeInMillis: () => deadline - performance.now(),
    }
    try {
      const answer: unknown = await handler(JSON.parse(event), context)
      return { kind: 'answer', requestId, payload: JSON.stringify(answer) ?? 'null' }
    } catch (error) {
      if (!(error instanceof Error)) throw error
      return { kind: 'failure', requestId, errorType: error.name, message: error.message }
    }
  }
}

/** Runs random work through the functions, here, and the rest of the world in a process of its own, until it is enough. */
export const runSoak = async ({ seed, isEnough, onSample }: SoakOptions): Promise<Soak> => {
  const folder = mkdtempSync(join(tmpdir(), 'icecore-soak-'))
  const world = fork(join(import.meta.dirname, 'world.ts'), [folder, String(seed)], { execArgv: [] })
  const began = performance.now()
  const invoke = makeFunctions()
  const samples: Sample[] = []
  const ended = Promise.withResolvers<Soak>()
  const tell = (message: ToWorld) => world.send(message)

  const sample = (work: Work) => {
    collectGarbage()
    const { heapUsed, external, rss } = process.memoryUsage()
    const seconds = (performance.now() - began) / 1000
    const taken = { seconds, round: work.rounds, heap: heapUsed + external, resident: rss }
    samples.push(taken)
    onSample(taken, work)
    tell({ kind: isEnough(work.rounds, seconds) ? 'end' : 'next' })
  }

  world.on('message', (message: ToFunctions) => {
    if (message.kind === 'round') sample(message.work)
    else if (message.kind === 'ended') ended.resolve({ ...message, samples })
    else void invoke(message).then(tell, ended.reject)
  })
  const gone = once(world, 'exit').then(() => ended.reject(new Error('the world ended before its time')))
  try {
    return await ended.promise
  } finally {
    world.kill()
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
}
