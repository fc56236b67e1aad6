import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import type { Meter } from '../model.ts'
import { errorAnswer } from '../wire/auth-answer.ts'
import type { WireHandler } from '../wire/service-handler.ts'

/** An event as it was put on the default bus. */
export type BusEvent = {
  readonly id: string
  /** In ms. */
  readonly time: number
  readonly source: string
  readonly detailType: string
  readonly detail: unknown
}

const TARGET = 'AWSEvents.PutEvents'
/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MOST_ENTRIES = 10
/** "The total entry size must be less than 1 MB". */
const MAX_BYTES = 1024 * 1024
/** AWS bills each 64 KB of an event as one. https://aws.amazon.com/eventbridge/pricing/ */
const BILLED_BYTES = 64 * 1024
/** Enough to look at; they are kept nowhere else. */
const REMEMBERED = 1000

const entrySchema = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string(),
  EventBusName: z.string().optional(),
})
const inputSchema = z.object({ Entries: z.array(z.unknown()).min(1).max(MOST_ENTRIES) })

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const refused = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage })

/**
 * The default event bus of EventBridge, as far as putting goes: rules and targets are for those who listen. An entry that is refused
 * does not hold up the others.
 */
export const makeEventBus = ({ now, meter }: { readonly now: () => number; readonly meter: Meter }) => {
  const events: BusEvent[] = []

  const put = (given: unknown) => {
    const entry = entrySchema.safeParse(given)
    if (!entry.success) return refused('InvalidArgument', z.prettifyError(entry.error))
    const { Source, DetailType, Detail, EventBusName = 'default' } = entry.data
    if (EventBusName !== 'default' && !EventBusName.endsWith(':event-bus/default'))
      return refused('ResourceNotFoundException', `Event bus ${EventBusName} does not exist.`)
    // services of AWS alone may name themselves so
    if (Source.startsWith('aws.'))
      return refused('NotAuthorizedForSourceException', 'Not authorized for the source.')
    const detail = parseJson(Detail)
    if (typeof detail !== 'object' || detail === null)
      return refused('MalformedDetail', 'Detail is malformed.')
    const id = randomUUID()
    meter.add('events.custom', Math.ceil(Math.max(1, Buffer.byteLength(Detail)) / BILLED_BYTES))
    events.push({ id, time: now(), source: Source, detailType: DetailType, detail })
    if (events.length > REMEMBERED) events.shift()
    return { EventId: id }
  }

  const handle: WireHandler = async ({ headers, body }) => {
    const target = String(headers['x-amz-target'] ?? '')
    if (target !== TARGET)
      return errorAnswer({
        dialect: 'json',
        status: 501,
        code: 'NotImplemented',
        message: `The simulator has no ${target || 'such action'} of EventBridge; it has ${TARGET}.`,
      })
    const input = inputSchema.safeParse(parseJson(body.toString()))
    if (!input.success || body.length > MAX_BYTES)
      return errorAnswer({
        dialect: 'json',
        status: 400,
        code: 'ValidationException',
        message: input.success ? `more than ${MAX_BYTES} bytes` : z.prettifyError(input.error),
      })
    const Entries = input.data.Entries.map(put)
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1' },
      body: JSON.stringify({
        FailedEntryCount: Entries.filter((entry) => 'ErrorCode' in entry).length,
        Entries,
      }),
    }
  }

  /** Oldest first. */
  return { handle, events: (): readonly BusEvent[] => events }
}
