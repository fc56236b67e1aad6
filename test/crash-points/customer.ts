import { memorySource } from '../../shared/codec/byte-source.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import type { Rehydration, RehydrationRequest } from '../../shared/domain/rehydration.ts'
import { collect } from '../support/archive-facts.ts'
import { aRequest } from '../support/rehydration-world.ts'
import { Broken } from './archive-view.ts'
import type { Cloud } from './cloud.ts'
import type { UseCases } from './use-cases.ts'

/** What is owed for a request: these bodies, its failure for this reason, or nothing more once it was cancelled. */
type Owed =
  | { readonly bodies: readonly string[] }
  | { readonly failure: RegExp }
  | { readonly cancelled: true }

export type Question = {
  readonly request: RehydrationRequest
  readonly owed: Owed
  /** Under which it may be asked again and is the same. */
  readonly idempotencyKey: string | null
}

export const aQuestion = (
  owed: Owed,
  request: Partial<RehydrationRequest>,
  idempotencyKey: string | null = 'once',
): Question => ({ request: aRequest(request), owed, idempotencyKey })

/** All that was asked for: the tiers follow from it. */
const wishOf = ({ tiers: _, ...request }: RehydrationRequest): string => JSON.stringify(request)

/** Asks for rehydrations, and looks into every file that was delivered. */
export const makeCustomer = ({ ports, delivered, deliveredKeys, replayed }: Cloud) => {
  const questions: Question[] = []
  /** What others may ask for. */
  const others: Question[] = []

  const bodiesIn = async (key: string): Promise<readonly string[]> => {
    const bytes = delivered(key)
    if (key.endsWith('.ndjson')) return bytes.toString('utf8').split('\n').slice(0, -1)
    const records = await collect((await openSegment(memorySource(bytes))).rows())
    return records.flat().map(({ body }) => body)
  }

  const checkReplay = (id: string, owed: readonly string[]) => {
    const { files, notSent, records } = JSON.parse(delivered(`replays/replay/${id}/manifest.json`).toString())
    const got = replayed.bodiesOf(id)
    const right = got.toSorted().join('\n') === owed.toSorted().join('\n') && records === got.length
    if (!right || files.length > 0 || notSent.records > 0)
      throw new Broken(`answers: rehydration ${id} owes ${owed.join(', ')} and sent ${got.join(', ')}`)
  }

  const checkAnswer = async ({ id, state, request }: Rehydration, owed: Owed) => {
    if ('failure' in owed) {
      if (state.name === 'failed' && owed.failure.test(state.reason)) return
      throw new Broken(`answers: rehydration ${id} should have failed and is ${state.name}`)
    }
    if ('cancelled' in owed) {
      const hasManifest = deliveredKeys().some((key) => key.includes(id) && key.endsWith('manifest.json'))
      if (state.name === 'cancelled' && !hasManifest) return
      throw new Broken(`answers: rehydration ${id} should be cancelled and is ${state.name}`)
    }
    if (state.name !== 'completed') throw new Broken(`answers: rehydration ${id} is ${JSON.stringify(state)}`)
    if (request.destination === 'replay') return checkReplay(id, owed.bodies)
    const prefix = `analysts/${id}/`
    const manifest = JSON.parse(delivered(`${prefix}manifest.json`).toString())
    const keys = deliveredKeys().filter((key) => key.startsWith(prefix) && key.endsWith(`.${request.format}`))
    const named: string[] = manifest.files.map((file: { key: string }) => file.key)
    const got = (await Promise.all(named.map(bodiesIn))).flat()
    const right =
      got.toSorted().join('\n') === owed.bodies.toSorted().join('\n') &&
      keys.join() === named.toSorted().join() &&
      manifest.records === got.length &&
      state.summary.records.count === got.length &&
      manifest.completeness.complete === true
    if (!right)
      throw new Broken(
        `answers: rehydration ${id} owes ${owed.bodies.join(', ')} and gave ${got.join(', ')} in ${keys.join(', ')}, with ${JSON.stringify(manifest)}`,
      )
  }

  return {
    allow: (question: Question) => others.push(question),
    ask: async ({ requestRehydration }: Pick<UseCases, 'requestRehydration'>, question: Question) => {
      questions.push(question)
      const { request, idempotencyKey } = question
      const requested = await requestRehydration(request, { caller: 'customer', idempotencyKey })
      if (!('rehydration' in requested)) throw new Broken(`answers: refused as ${requested.kind}`)
      return requested.rehydration.id
    },
    /** Every rehydration that was written down is over, as it should be. */
    checkAnswers: async () => {
      const all = await ports.index.newest(100)
      for (const rehydration of all) {
        const asked = [...questions, ...others].find(
          ({ request }) => wishOf(request) === wishOf(rehydration.request),
        )
        if (asked === undefined) throw new Broken(`answers: nobody asked for rehydration ${rehydration.id}`)
        await checkAnswer(rehydration, asked.owed)
        if ((await ports.taskList.open(rehydration.id, 1)).length > 0 && !('failure' in asked.owed))
          throw new Broken(`answers: rehydration ${rehydration.id} is over and has open tasks`)
      }
      const keys = new Set(questions.map(({ idempotencyKey }) => idempotencyKey))
      if (all.length < keys.size) throw new Broken('answers: a rehydration was forgotten')
    },
  }
}

export type Customer = ReturnType<typeof makeCustomer>
