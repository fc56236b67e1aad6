import * as z from 'zod'
import type { Invoice } from '../bill.ts'
import type { VirtualClock } from '../clock.ts'
import { writeAnswer } from './front-door.ts'
import { readBody } from './read-body.ts'
import type { ServiceHandler, WireAnswer } from './service-handler.ts'

/** The requests below `/_simulator/`; docs/simulator.md lists them. */
export type ControlOptions = {
  readonly clock: VirtualClock
  invoice(): Invoice
  nextDue(): number | undefined
  advance(to: number): Promise<void>
  /** What others tell of themselves, by the last part of the path. */
  readonly told: ReadonlyMap<string, () => object>
}

const PREFIX = '/_simulator/'

const durationMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

const leapSchema = z.xor([
  z.strictObject({ to: z.iso.datetime() }),
  z.strictObject({ by: z.string().regex(/^\d+(\.\d+)?[smhd]$/, 'such as 90s, 5m, 12h or 30d') }),
  z.strictObject({ next: z.literal(true) }),
])
const speedSchema = z.strictObject({ speed: z.number().nonnegative() })

export const makeControl = ({ clock, invoice, nextDue, advance, told }: ControlOptions): ServiceHandler => {
  const time = () => {
    const due = nextDue()
    return ok({
      now: new Date(clock.now()).toISOString(),
      speed: clock.speed(),
      nextDue: due === undefined ? null : new Date(due).toISOString(),
    })
  }
  const leap = async (input: unknown) => {
    const wanted = leapSchema.safeParse(input)
    if (!wanted.success) return bad(z.prettifyError(wanted.error))
    const to = targetOf(wanted.data, clock.now(), nextDue())
    await advance(to)
    return time()
  }
  const setSpeed = async (input: unknown) => {
    const wanted = speedSchema.safeParse(input)
    if (!wanted.success) return bad(z.prettifyError(wanted.error))
    clock.setSpeed(wanted.data.speed)
    return time()
  }
  const answers: Readonly<Record<string, (input: unknown) => Promise<WireAnswer>>> = {
    'GET /_simulator/health': async () => ok({ status: 'ok', services: ['s3', 'sqs', 'dynamodb'] }),
    'GET /_simulator/time': async () => time(),
    'POST /_simulator/leap': leap,
    'POST /_simulator/speed': setSpeed,
    'GET /_simulator/bill': async () => ok(invoice()),
  }

  const tell = (route: string) => {
    const about = told.get(route.slice(`GET ${PREFIX}`.length))
    return about && route.startsWith(`GET ${PREFIX}`) ? async () => ok(about()) : undefined
  }

  return async (request, response) => {
    const path = request.url?.split('?', 1)[0]
    const route = `${request.method} ${path}`
    const answer = answers[route] ?? tell(route)
    if (answer === undefined) {
      const known = [...Object.keys(answers), ...[...told.keys()].map((name) => `GET ${PREFIX}${name}`)].join(
        ', ',
      )
      return writeAnswer(response, json(404, { message: `No ${request.method} ${path}. There is: ${known}` }))
    }
    const input = request.method === 'POST' ? parse(await readBody(request, 10_000)) : undefined
    writeAnswer(response, await answer(input))
  }
}

const targetOf = (wanted: z.infer<typeof leapSchema>, now: number, due: number | undefined) => {
  if ('to' in wanted) return Date.parse(wanted.to)
  if ('next' in wanted) return due ?? now
  return now + Number(wanted.by.slice(0, -1)) * (durationMs[wanted.by.slice(-1)] ?? 0)
}

const parse = (body: Buffer | 'too-long'): unknown => {
  try {
    return JSON.parse(body.toString())
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const ok = (value: object) => json(200, value)
const bad = (message: string) => json(400, { message })
const json = (status: number, value: object): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: `${JSON.stringify(value, null, 2)}\n`,
})
