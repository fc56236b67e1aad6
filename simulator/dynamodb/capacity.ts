import * as z from 'zod'
import type { Meter } from '../model.ts'
import type { Operation } from './dynalite.ts'

const lines: Partial<Record<Operation, string>> = {
  BatchGetItem: 'dynamodb.read-unit',
  GetItem: 'dynamodb.read-unit',
  Query: 'dynamodb.read-unit',
  Scan: 'dynamodb.read-unit',
  BatchWriteItem: 'dynamodb.write-unit',
  DeleteItem: 'dynamodb.write-unit',
  PutItem: 'dynamodb.write-unit',
  UpdateItem: 'dynamodb.write-unit',
}

const capacitySchema = z.object({ CapacityUnits: z.number() })
const consumedSchema = z.object({
  ConsumedCapacity: z.union([capacitySchema.transform((one) => [one]), z.array(capacitySchema)]),
})

/** Whether `operation` is billed by what it reads or writes. */
export const isMetered = (operation: Operation) => lines[operation] !== undefined

/** Adds what an answer says that it consumed. */
export const meterAnswer = (meter: Meter, operation: Operation, answer: object) => {
  const line = lines[operation]
  const consumed = consumedSchema.safeParse(answer)
  if (line === undefined || !consumed.success) return
  const units = consumed.data.ConsumedCapacity.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0)
  if (units > 0) meter.add(line, units)
}

/**
 * "If a ConditionExpression evaluates to false during a conditional write, DynamoDB still consumes write capacity";
 * by the size of the item that is there, which a refusal does not tell: one unit is the least.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export const meterFailedCondition = (meter: Meter) => meter.add('dynamodb.write-unit', 1)
