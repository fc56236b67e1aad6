import { PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { ARCHIVE_CLASSES, offersTier, RETRIEVAL_TIERS } from '../../domain/storage-class.ts'
import { HISTORY_SHARES, isThawSize, placeOf, type ThawSample } from '../../domain/thaw-sample.ts'
import type { ThawHistory } from '../../ports/thaw-history.ts'
import { type DynamoTable, queryAll } from './dynamo.ts'

const itemSchema = z.object({
  storageClass: z.enum(ARCHIVE_CLASSES),
  tier: z.enum(RETRIEVAL_TIERS),
  size: z.string(),
  took: z.int().nonnegative(),
  at: z.int(),
})

const pkOf = ({ storageClass, tier }: Pick<ThawSample, 'storageClass' | 'tier'>, share: number) =>
  `T#${storageClass}#${tier}#${share}`

const SHARES = ARCHIVE_CLASSES.flatMap((storageClass) =>
  RETRIEVAL_TIERS.filter((tier) => offersTier(storageClass, tier)).flatMap((tier) =>
    Array.from({ length: HISTORY_SHARES }, (_, share) => pkOf({ storageClass, tier }, share)),
  ),
)

/** An item for each place: every write is by itself, and a share of one class and tier is one page. */
export const makeDynamoThawHistory = (dynamo: DynamoTable): ThawHistory => ({
  note: async (thaw) => {
    const { share, place } = placeOf(thaw)
    const { storageClass, tier, size, took, at } = thaw
    const key = { pk: pkOf(thaw, share), sk: `${size}#${place}` }
    const item = { ...key, storageClass, tier, size, took, at }
    await dynamo.documents.send(new PutCommand({ TableName: dynamo.table, Item: item }))
  },
  read: async () => {
    const shares = SHARES.map(async (pk) => {
      const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } }
      const samples: ThawSample[] = []
      for await (const item of queryAll(dynamo, query)) {
        const { size, ...sample } = itemSchema.parse(item)
        // a version that told other sizes apart may have noted some
        if (isThawSize(size)) samples.push({ ...sample, size })
      }
      return samples
    })
    return (await Promise.all(shares)).flat()
  },
})
