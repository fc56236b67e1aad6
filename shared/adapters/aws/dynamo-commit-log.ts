import { DeleteCommand, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { Commit } from '../../domain/commit.ts'
import type { Holding, Waiter } from '../../domain/holding.ts'
import type { PartitionRef } from '../../domain/segment.ts'
import { sameCommit } from '../../domain/snapshot.ts'
import type { CommitLog } from '../../ports/catalog.ts'
import {
  commitFromItem,
  commitToItem,
  HOLDING,
  holdingFromItem,
  partitionPk,
  WAITER,
  waiterFromItem,
} from './catalog-items.ts'
import { type DynamoTable, queryAll, wroteIf } from './dynamo.ts'

/** The commit log in DynamoDB: one item a commit, all of a partition under one key. */
export const makeDynamoCommitLog = (dynamo: DynamoTable): CommitLog => {
  const { documents, table } = dynamo

  // a put whose answer was lost finds its own item when it is tried again
  const append = async (ref: PartitionRef, commit: Commit) => {
    const item = commitToItem(ref, commit)
    const put = new PutCommand({
      TableName: table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk)',
    })
    if (await wroteIf(documents.send(put))) return 'committed'
    const key = { pk: item.pk, sk: item.sk }
    const stored = await documents.send(new GetCommand({ TableName: table, Key: key, ConsistentRead: true }))
    return stored.Item !== undefined && sameCommit(commitFromItem(stored.Item), commit)
      ? 'committed'
      : 'conflict'
  }

  const has = async (ref: PartitionRef, commitId: string) => {
    const Key = { pk: partitionPk(ref), sk: commitId }
    const get = new GetCommand({ TableName: table, Key, ConsistentRead: true, ProjectionExpression: 'pk' })
    return (await documents.send(get)).Item !== undefined
  }

  const read = async (ref: PartitionRef) => {
    const commits: Commit[] = []
    const holdings = new Map<string, Holding>()
    const waiters: Waiter[] = []
    const query = {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': partitionPk(ref) },
      ConsistentRead: true,
    }
    for await (const item of queryAll(dynamo, query)) {
      const sk = String(item.sk)
      if (sk.startsWith(HOLDING)) {
        const holding = holdingFromItem(item)
        holdings.set(holding.segmentId, holding)
      } else if (sk.startsWith(WAITER)) waiters.push(waiterFromItem(item))
      else commits.push(commitFromItem(item))
    }
    return { commits, holdings, waiters }
  }

  const remove = async (ref: PartitionRef, commit: Commit) => {
    const pk = partitionPk(ref)
    for (const { id } of commit.segments)
      await documents.send(new DeleteCommand({ TableName: table, Key: { pk, sk: `${HOLDING}${id}` } }))
    await documents.send(new DeleteCommand({ TableName: table, Key: { pk, sk: commit.id } }))
  }

  return { append, has, read, remove }
}
