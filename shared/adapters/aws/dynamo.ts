import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import { type DynamoDBDocumentClient, QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb'

export type DynamoTable = { readonly documents: DynamoDBDocumentClient; readonly table: string }

/** True when the write's condition held; false when it did not; any other fault is thrown. */
export const wroteIf = async (write: Promise<unknown>): Promise<boolean> => {
  try {
    await write
    return true
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false
    throw error
  }
}

/** Every item of a query, following every page. */
export async function* queryAll(
  { documents, table }: DynamoTable,
  query: Omit<QueryCommandInput, 'TableName' | 'ExclusiveStartKey'>,
): AsyncIterable<Record<string, unknown>> {
  let start: Record<string, unknown> | undefined
  do {
    const page = await documents.send(
      new QueryCommand({ ...query, TableName: table, ...(start && { ExclusiveStartKey: start }) }),
    )
    yield* page.Items ?? []
    start = page.LastEvaluatedKey
  } while (start !== undefined)
}
