import { createHash } from 'node:crypto'
import { PutCommand } from '@aws-sdk/lib-dynamodb'
import * as z from 'zod'
import { addDigests, emptyDigest, formatDigest, parseDigest } from '../../domain/digest.ts'
import { quarantineKey } from '../../domain/keys.ts'
import type { Quarantine, QuarantineBooks, QuarantineUnit } from '../../ports/quarantine.ts'
import type { SegmentWriter } from '../../ports/segment-store.ts'
import { type DynamoTable, queryAll, wroteIf } from './dynamo.ts'

const quarantinePk = (dataset: string) => `Q#${dataset}`

const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text)

/**
 * Quarantine as NDJSON objects in the archive bucket, one a unit, and an item each in the catalog. The key is a hash of the
 * unit and of its content, so that a repeat finds its object, and a unit that reads differently now gets one of its own.
 */
export const makeS3Quarantine = (dynamo: DynamoTable & { writer: SegmentWriter }): Quarantine => ({
  keep: async ({ dataset, unit, items, digest, at }: QuarantineUnit) => {
    const data = Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''))
    const checksum = sha256(data).digest('base64')
    const name = sha256(`${unit}\n${checksum}`).digest('hex')
    const key = quarantineKey(dataset, new Date(at).toISOString().slice(0, 10), name)
    await dynamo.writer.put({
      key,
      content: { kind: 'memory', data },
      bytes: data.byteLength,
      sha256: checksum,
      storageClass: 'STANDARD',
      contentType: 'application/x-ndjson',
    })
    const put = new PutCommand({
      TableName: dynamo.table,
      Item: {
        pk: quarantinePk(dataset),
        // with what it holds: a unit that reads differently now is booked beside the first
        sk: `${unit} ${name.slice(0, 16)}`,
        unit,
        key,
        items: items.length,
        digest: formatDigest(digest),
        at,
      },
      ConditionExpression: 'attribute_not_exists(pk)',
    })
    return (await wroteIf(dynamo.documents.send(put))) ? 'kept' : 'already-kept'
  },
})

const unitSchema = z.object({ digest: z.string() })

export const makeDynamoQuarantineBooks = (dynamo: DynamoTable): QuarantineBooks => ({
  total: async (dataset) => {
    const query = {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': quarantinePk(dataset) },
      ConsistentRead: true,
    }
    let total = emptyDigest
    for await (const item of queryAll(dynamo, query))
      total = addDigests(total, parseDigest(unitSchema.parse(item).digest))
    return total
  },
})
