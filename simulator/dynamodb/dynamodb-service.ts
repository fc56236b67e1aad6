import { crc32 } from 'node:zlib'
import * as z from 'zod'
import { accountId, region } from '../account.ts'
import type { Meter } from '../model.ts'
import type { WireAnswer, WireHandler } from '../wire/service-handler.ts'
import { isMetered, meterAnswer, meterFailedCondition } from './capacity.ts'
import { isOperation, isRefusal, type Operation, openDynalite, parametersOf } from './dynalite.ts'

export type DynamodbService = {
  readonly handle: WireHandler
  close(): Promise<void>
}

/** Accepted without effect: nothing that a caller can observe here depends on them. */
const ignored: Partial<Record<Operation, readonly string[]>> = {
  CreateTable: ['SSESpecification', 'TableClass', 'OnDemandThroughput', 'WarmThroughput'],
}

const madeOrDeleted = z.union([
  z.object({ Create: z.looseObject({}) }),
  z.object({ Delete: z.looseObject({}) }),
])
const indexUpdatesSchema = z.object({
  GlobalSecondaryIndexUpdates: z
    .array(z.unknown())
    .refine((updates) => updates.some((update) => madeOrDeleted.safeParse(update).success)),
})
const inputSchema = z.record(z.string(), z.unknown())
const refusalSchema = z.object({ __type: z.string() })

/** DynamoDB on one port with the other services: dynalite, with a meter, and without silent gaps. */
export const openDynamodb = async (options: {
  readonly path?: string
  readonly meter: Meter
}): Promise<DynamodbService> => {
  const { path, meter } = options
  const dynalite = await openDynalite(path, { accountId, region })

  const run = async (operation: Operation, input: Record<string, unknown>) => {
    const asked = input.ReturnConsumedCapacity
    const wantsCapacity = asked !== undefined && asked !== 'NONE'
    const data =
      isMetered(operation) && !wantsCapacity ? { ...input, ReturnConsumedCapacity: 'TOTAL' } : input
    try {
      const answer = await dynalite.run(operation, data)
      meterAnswer(meter, operation, answer)
      if (wantsCapacity) return jsonAnswer(200, answer)
      const { ConsumedCapacity: _, ...rest } = { ConsumedCapacity: undefined, ...answer }
      return jsonAnswer(200, rest)
    } catch (error) {
      if (!isRefusal(error)) throw error
      const { __type: type } = refusalSchema.parse(error.body)
      if (type.endsWith('ConditionalCheckFailedException')) meterFailedCondition(meter)
      return jsonAnswer(error.statusCode, error.body)
    }
  }

  return {
    handle: async ({ headers, body }) => {
      const name = String(headers['x-amz-target'] ?? '').replace(/^DynamoDB_\d+\./, '')
      if (!isOperation(name)) {
        return refuse('coral.service#UnknownOperationException', `The simulator does not support ${name}.`)
      }
      const input = parseInput(body)
      if (input === undefined)
        return refuse('coral.service#SerializationException', 'The body is not a JSON object.')
      const unsupported = unsupportedParameter(name, input)
      if (unsupported !== undefined) {
        const message = `The simulator does not support ${unsupported} in ${name}.`
        return refuse('coral.validate#ValidationException', message)
      }
      return run(name, input)
    },
    close: dynalite.close,
  }
}

const parseInput = (body: Buffer) => {
  try {
    return inputSchema.safeParse(JSON.parse(body.toString())).data
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** A parameter that would be dropped although it asks for something; `false`, `NONE` and the like ask for nothing. */
const unsupportedParameter = (operation: Operation, input: Record<string, unknown>) => {
  // dynalite reads these, checks them, and does nothing.
  const updates = indexUpdatesSchema.safeParse(input)
  if (operation === 'UpdateTable' && updates.success) return 'making or deleting an index'
  const known = new Set([...parametersOf(operation), ...(ignored[operation] ?? [])])
  return Object.keys(input).find((name) => !known.has(name) && !asksForNothing(input[name]))
}

const asksForNothing = (value: unknown): boolean => {
  if (value === null || value === false || value === 'NONE') return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.values(value).every(asksForNothing)
}

const refuse = (type: string, message: string) => jsonAnswer(400, { __type: `com.amazon.${type}`, message })

/** SDKs check the answer against its CRC32. */
const jsonAnswer = (status: number, value: object): WireAnswer => {
  const body = Buffer.from(JSON.stringify(value))
  return {
    status,
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-crc32': String(crc32(body)),
      'x-amzn-requestid': crypto.randomUUID(),
    },
    body,
  }
}
