import { setTimeout as sleep } from 'node:timers/promises'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { SendMessageCommand } from '@aws-sdk/client-sqs'
import type { Draw } from '../simulation/draw.ts'
import type { Books } from './books.ts'
import { type Client, Difference } from './client.ts'
import type { Producer } from './producer.ts'
import type { Rehydrations } from './rehydrations.ts'

export type LoadDeps = {
  readonly books: Books
  readonly producer: Producer
  readonly rehydrations: Rehydrations
  readonly draw: Draw
}

export type Load = {
  /** From now on errors mean that the process is gone. */
  stop(): void
  /** Resolves when every user has stopped; rejects with what went wrong before `stop`. */
  readonly ended: Promise<unknown>
}

const sendMessage = async ({ sqs, recordsUrl }: Client, { books, producer }: LoadDeps, now: number) => {
  const message = producer.message(now)
  const { text, dataset } = message
  const MessageAttributes = dataset && { dataset: { DataType: 'String', StringValue: dataset } }
  await books.send(message, () =>
    sqs.send(
      new SendMessageCommand({
        QueueUrl: recordsUrl,
        MessageBody: text,
        ...(MessageAttributes && { MessageAttributes }),
      }),
    ),
  )
}

const putFile = async ({ s3, hotBucket }: Client, { books, producer }: LoadDeps, now: number) => {
  const file = producer.file(now)
  await books.send(file, () =>
    s3.send(new PutObjectCommand({ Bucket: hotBucket, Key: file.key, Body: file.data })),
  )
}

/** One record that was seen in the archive, to the byte; in a class that cannot be read, that it is there. */
export const readOne = async (client: Client, { books, draw }: Pick<LoadDeps, 'books' | 'draw'>) => {
  const record = draw.pick(books.seenRecords())
  if (record === undefined) return
  const { dataset, id, time, body } = record
  const path = `/datasets/${dataset}/records/${id}?time=${time}`
  const answer = await client.call('GET', path)
  const isExpired = answer.status === 404 && dataset === 'earthquakes'
  if (isExpired || answer.status === 409) return
  if (answer.status !== 200 || answer.body !== body)
    throw new Difference(`GET ${path} answered ${answer.status}: ${answer.body}, expected ${body}`)
}

/** Users of all kinds, each doing one thing after the other, until the process is killed. */
export const startLoad = (client: Client, deps: LoadDeps, startedAt: number): Load => {
  const { draw, rehydrations } = deps
  let stopped = false
  let now = startedAt
  const user = async (pause: number, act: () => Promise<unknown>) => {
    while (!stopped) {
      try {
        await act()
      } catch (error) {
        if (!stopped) throw error
      }
      if (!stopped) await sleep(draw.below(2 * pause))
    }
  }
  const leap = async () => {
    const minutes = 10 + draw.below(200)
    await client.leap(`${minutes}m`)
    now += minutes * 60_000
  }
  const users = [
    user(80, () => sendMessage(client, deps, now)),
    user(400, () => putFile(client, deps, now)),
    user(300, () => readOne(client, deps)),
    user(500, () => rehydrations.ask(client, now)),
    user(900, leap),
  ]
  return {
    stop: () => {
      stopped = true
    },
    ended: Promise.all(users),
  }
}
