import { GetCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { type Budget, EMPTY_BUDGET } from '../../domain/budget.ts'
import type { BudgetDay, Budgets } from '../../ports/budgets.ts'
import { conditionalPut } from './conditional-put.ts'
import type { DynamoTable } from './dynamo.ts'

const amount = { microDollars: z.int().nonnegative(), bytes: z.int().nonnegative() }

const budgetSchema = z.object({
  revision: z.int().positive(),
  spent: z.object(amount),
  open: z.array(z.object({ name: z.string(), attempt: z.string(), at: z.int(), ...amount })),
})

const keyOf = ({ dataset, day }: BudgetDay) => ({ pk: `B#${dataset}#${day}`, sk: 'budget' })

const stampOf = ({ revision }: Budget): string | undefined => (revision === 0 ? undefined : String(revision))

export const makeDynamoBudgets = (dynamo: DynamoTable): Budgets => ({
  read: async (of) => {
    const get = new GetCommand({ TableName: dynamo.table, Key: keyOf(of), ConsistentRead: true })
    const { Item } = await dynamo.documents.send(get)
    return Item === undefined ? EMPTY_BUDGET : budgetSchema.parse(Item)
  },
  put: async (of, budget, expected) => {
    const item = { ...keyOf(of), ...budget, stamp: String(budget.revision) }
    return (await conditionalPut(dynamo, item, stampOf(expected))) ? 'put' : 'stale'
  },
})
