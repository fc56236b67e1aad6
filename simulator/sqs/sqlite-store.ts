import { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { Message, MessageAttribute, MessageAttributes } from './message.ts'
import type { SqsStore } from './store.ts'

/** Bodies apart from deliveries: a receive then rewrites a few bytes instead of up to a MiB. */
const schema = `
  CREATE TABLE IF NOT EXISTS queue (
    name TEXT PRIMARY KEY, attributes TEXT NOT NULL, tags TEXT NOT NULL,
    created_at REAL NOT NULL, modified_at REAL NOT NULL, sequence_ceiling INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, queue TEXT NOT NULL, content TEXT NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS message_of_queue ON message (queue);
  CREATE TABLE IF NOT EXISTS delivery (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, visible_at REAL NOT NULL,
    receive_count INTEGER NOT NULL, first_received_at REAL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS send (
    scope TEXT PRIMARY KEY, queue TEXT NOT NULL, message_id TEXT NOT NULL, sequence INTEGER NOT NULL, at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
`

const tagsSchema = z.array(z.tuple([z.string(), z.string()]))
const queueRowSchema = z.object({
  name: z.string(),
  attributes: z.string(),
  tags: z.string(),
  created_at: z.number(),
  modified_at: z.number(),
  sequence_ceiling: z.number(),
})
const sendRowSchema = z.object({
  scope: z.string(),
  queue: z.string(),
  message_id: z.string(),
  sequence: z.number(),
  at: z.number(),
})
const attributeSchema = z.tuple([z.string(), z.string(), z.string().nullable(), z.string().nullable()])
const contentSchema = z.object({
  id: z.string(),
  bodyMd5: z.string(),
  attributes: z.array(attributeSchema),
  attributesMd5: z.exactOptional(z.string()),
  traceHeader: z.exactOptional(z.string()),
  groupId: z.exactOptional(z.string()),
  deduplicationId: z.exactOptional(z.string()),
  senderId: z.string(),
  sentAt: z.number(),
  sequence: z.number(),
  deadLetterSource: z.exactOptional(z.string()),
})
const messageRowSchema = z.object({
  content: z.string(),
  body: z.string(),
  state: z.enum(['delayed', 'visible', 'in-flight']),
  visible_at: z.number(),
  receive_count: z.number(),
  first_received_at: z.number().nullable(),
})

const packAttributes = (attributes: MessageAttributes) =>
  [...attributes].map(([name, { dataType, stringValue, binaryValue }]) => [
    name,
    dataType,
    stringValue ?? null,
    binaryValue === undefined ? null : Buffer.from(binaryValue).toString('base64'),
  ])

const unpackAttribute = ([name, dataType, text, binary]: z.infer<typeof attributeSchema>): [
  string,
  MessageAttribute,
] => [
  name,
  {
    dataType,
    ...(text === null ? {} : { stringValue: text }),
    ...(binary === null ? {} : { binaryValue: Buffer.from(binary, 'base64') }),
  },
]

const unpackMessage = (value: unknown): Message => {
  const row = messageRowSchema.parse(value)
  const { attributes, ...content } = contentSchema.parse(JSON.parse(row.content))
  return {
    content: { ...content, body: row.body, attributes: new Map(attributes.map(unpackAttribute)) },
    delivery: {
      state: row.state,
      visibleAt: row.visible_at,
      receiveCount: row.receive_count,
      firstReceivedAt: row.first_received_at ?? undefined,
    },
  }
}

/** Queues in a SQLite file. WAL without a sync at each commit: it outlives a killed process, not a power cut. */
export const makeSqliteSqsStore = (file: string): SqsStore => {
  const db = new DatabaseSync(file)
  // A checkpoint waits for the disk: at 40 MB of log instead of 4 it does so a tenth as often.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 10000')
  db.exec(schema)
  const saveQueue = db.prepare('INSERT OR REPLACE INTO queue VALUES (?, ?, ?, ?, ?, ?)')
  const insertMessage = db.prepare('INSERT INTO message VALUES (?, ?, ?, ?)')
  const saveDelivery = db.prepare('INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, ?)')
  const deleteMessage = db.prepare('DELETE FROM message WHERE id = ?')
  const deleteDelivery = db.prepare('DELETE FROM delivery WHERE id = ?')
  const saveSend = db.prepare('INSERT OR REPLACE INTO send VALUES (?, ?, ?, ?, ?)')
  const deleteSends = db.prepare('DELETE FROM send WHERE at <= ?')
  const begin = db.prepare('BEGIN IMMEDIATE')
  const commit = db.prepare('COMMIT')
  let depth = 0

  const atomically = <T>(work: () => T): T => {
    if (depth === 0) begin.run()
    depth += 1
    try {
      const result = work()
      if (depth === 1) commit.run()
      return result
    } catch (error) {
      // Inside another one the caller decides: a refused entry of a batch leaves the rest of the batch alone.
      if (depth === 1 && db.isTransaction) db.exec('ROLLBACK')
      throw error
    } finally {
      depth -= 1
    }
  }

  return {
    atomically,
    load: () => ({
      queues: db
        .prepare('SELECT * FROM queue ORDER BY name')
        .all()
        .map((value) => {
          const row = queueRowSchema.parse(value)
          return {
            name: row.name,
            attributes: z.record(z.string(), z.string()).parse(JSON.parse(row.attributes)),
            tags: new Map(tagsSchema.parse(JSON.parse(row.tags))),
            createdAt: row.created_at,
            modifiedAt: row.modified_at,
            sequenceCeiling: row.sequence_ceiling,
          }
        }),
      sends: db
        .prepare('SELECT * FROM send ORDER BY at')
        .all()
        .map((value) => {
          const { message_id: messageId, ...send } = sendRowSchema.parse(value)
          return { ...send, messageId }
        }),
      messagesOf: (queue) =>
        db
          .prepare('SELECT * FROM message JOIN delivery USING (id) WHERE queue = ?')
          .all(queue)
          .map(unpackMessage)
          .sort((left, right) => left.content.sequence - right.content.sequence),
    }),
    saveQueue: ({ name, attributes, tags, createdAt, modifiedAt, sequenceCeiling }) => {
      const tagText = JSON.stringify([...tags])
      saveQueue.run(name, JSON.stringify(attributes), tagText, createdAt, modifiedAt, sequenceCeiling)
    },
    removeQueue: (name) =>
      atomically(() => {
        db.prepare('DELETE FROM delivery WHERE id IN (SELECT id FROM message WHERE queue = ?)').run(name)
        for (const table of ['message', 'send']) db.prepare(`DELETE FROM ${table} WHERE queue = ?`).run(name)
        db.prepare('DELETE FROM queue WHERE name = ?').run(name)
      }),
    addMessage: (queue, { content, delivery }) =>
      atomically(() => {
        const { body, attributes, ...rest } = content
        const text = JSON.stringify({ ...rest, attributes: packAttributes(attributes) })
        insertMessage.run(content.id, queue, text, body)
        const { state, visibleAt, receiveCount } = delivery
        saveDelivery.run(content.id, state, visibleAt, receiveCount, delivery.firstReceivedAt ?? null)
      }),
    saveDelivery: (id, { state, visibleAt, receiveCount, firstReceivedAt }) => {
      saveDelivery.run(id, state, visibleAt, receiveCount, firstReceivedAt ?? null)
    },
    removeMessage: (id) =>
      atomically(() => {
        deleteMessage.run(id)
        deleteDelivery.run(id)
      }),
    rememberSend: ({ scope, queue, messageId, sequence, at }) => {
      saveSend.run(scope, queue, messageId, sequence, at)
    },
    forgetSendsBefore: (time) => {
      deleteSends.run(time)
    },
    close: () => db.close(),
  }
}
