import * as z from 'zod'
import { SqsError } from '../sqs-error.ts'
import type { BatchOutcome } from '../sqs-model.ts'
import { type Action, type ActionContext, makeAction } from './action.ts'
import {
  checkEntries,
  integer,
  messageOut,
  sendAnswerOut,
  sendFields,
  sendInputOf,
} from './message-shapes.ts'
import { arnOfUrl } from './queue-url.ts'

const QueueUrl = z.string()
const names = z.array(z.string()).default([])

const sendMessage = makeAction(z.strictObject({ QueueUrl, ...sendFields }), (input, { sqs }) =>
  sendAnswerOut(sqs.send(arnOfUrl(input.QueueUrl), sendInputOf(input))),
)

const sendMessageBatch = makeAction(
  z.strictObject({
    QueueUrl,
    Entries: z.array(z.strictObject({ Id: z.string(), ...sendFields })).default([]),
  }),
  ({ QueueUrl, Entries }, { sqs }) => {
    checkEntries(Entries)
    return batchOut(Entries, sqs.sendBatch(arnOfUrl(QueueUrl), Entries.map(sendInputOf)), sendAnswerOut)
  },
)

const receiveMessage = makeAction(
  z.strictObject({
    QueueUrl,
    AttributeNames: names,
    MessageSystemAttributeNames: names,
    MessageAttributeNames: names,
    MaxNumberOfMessages: z.exactOptional(integer),
    VisibilityTimeout: z.exactOptional(integer),
    WaitTimeSeconds: z.exactOptional(integer),
  }),
  async (input, context) => {
    const arn = arnOfUrl(input.QueueUrl)
    const wait = input.WaitTimeSeconds ?? context.sqs.waitSeconds(arn)
    if (wait < 0 || wait > 20) {
      const reason = 'Must be >= 0 and <= 20, if provided'
      const message = `Value ${wait} for parameter WaitTimeSeconds is invalid. Reason: ${reason}.`
      throw new SqsError('InvalidParameterValue', message)
    }
    const messages = await receiveWithin(arn, wait * 1000, context, {
      ...(input.MaxNumberOfMessages === undefined ? {} : { max: input.MaxNumberOfMessages }),
      ...(input.VisibilityTimeout === undefined ? {} : { visibilityTimeout: input.VisibilityTimeout }),
    })
    const wishes = {
      system: [...input.AttributeNames, ...input.MessageSystemAttributeNames],
      user: input.MessageAttributeNames,
    }
    const fifo = arn.endsWith('.fifo')
    return messages.length === 0
      ? {}
      : { Messages: messages.map((message) => messageOut(message, fifo, wishes)) }
  },
)

/**
 * Long polling. The wait is in real time: in virtual time it would last for ever on a clock that stands still, and no
 * time at all on a fast one.
 */
const receiveWithin = async (
  arn: string,
  waitMs: number,
  { sqs, waitForMessage, isGone }: ActionContext,
  input: Parameters<ActionContext['sqs']['receive']>[1],
) => {
  const deadline = performance.now() + waitMs
  for (;;) {
    const remaining = deadline - performance.now()
    if (remaining <= 0 || sqs.counts(arn).visible > 0) {
      const messages = sqs.receive(arn, input)
      if (messages.length > 0 || remaining <= 0) return messages
    }
    await waitForMessage(arn, remaining)
    if (isGone()) return []
  }
}

const deleteMessage = makeAction(
  z.strictObject({ QueueUrl, ReceiptHandle: z.string() }),
  (input, { sqs }) => {
    sqs.delete(arnOfUrl(input.QueueUrl), input.ReceiptHandle)
    return {}
  },
)

const deleteMessageBatch = makeAction(
  z.strictObject({
    QueueUrl,
    Entries: z.array(z.strictObject({ Id: z.string(), ReceiptHandle: z.string() })).default([]),
  }),
  ({ QueueUrl, Entries }, { sqs }) => {
    checkEntries(Entries)
    const handles = Entries.map(({ ReceiptHandle }) => ReceiptHandle)
    return batchOut(Entries, sqs.deleteBatch(arnOfUrl(QueueUrl), handles), () => ({}))
  },
)

const changeMessageVisibility = makeAction(
  z.strictObject({ QueueUrl, ReceiptHandle: z.string(), VisibilityTimeout: integer }),
  (input, { sqs }) => {
    sqs.changeVisibility(arnOfUrl(input.QueueUrl), input.ReceiptHandle, input.VisibilityTimeout)
    return {}
  },
)

const changeMessageVisibilityBatch = makeAction(
  z.strictObject({
    QueueUrl,
    Entries: z
      .array(z.strictObject({ Id: z.string(), ReceiptHandle: z.string(), VisibilityTimeout: integer }))
      .default([]),
  }),
  ({ QueueUrl, Entries }, { sqs }) => {
    checkEntries(Entries)
    const changes = Entries.map((entry) => ({
      receiptHandle: entry.ReceiptHandle,
      seconds: entry.VisibilityTimeout,
    }))
    return batchOut(Entries, sqs.changeVisibilityBatch(arnOfUrl(QueueUrl), changes), () => ({}))
  },
)

const batchOut = <T>(
  entries: readonly { readonly Id: string }[],
  outcomes: BatchOutcome<T>,
  out: (answer: T) => object,
) => {
  const successful: object[] = []
  const failed: object[] = []
  for (const [index, { Id }] of entries.entries()) {
    const outcome = outcomes[index]
    if (outcome === undefined) continue
    if ('answer' in outcome) successful.push({ Id, ...out(outcome.answer) })
    else failed.push({ Id, SenderFault: true, Code: outcome.error.queryCode, Message: outcome.error.message })
  }
  return { Successful: successful, ...(failed.length === 0 ? {} : { Failed: failed }) }
}

export const messageActions: Readonly<Record<string, Action>> = {
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  ReceiveMessage: receiveMessage,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
}
