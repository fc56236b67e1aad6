type Message = { messageId: string; body: string }

const orders: Record<string, (messages: Message[]) => unknown> = {
  succeed: () => ({ batchItemFailures: [] }),
  null: () => null,
  nothing: () => undefined,
  throw: () => {
    throw new TypeError('told to')
  },
  hang: () => new Promise(() => setInterval(() => 0, 1000)),
  exit: () => process.exit(3),
  reject: () => {
    void Promise.reject(new Error('nobody waits for me'))
    return new Promise((resolve) => setTimeout(resolve, 500))
  },
  misspell: () => ({ batchItemFailures: [{ itemIdentifier: 'nobody' }] }),
  unnamed: () => ({ batchItemFailures: [{ itemIdentifier: '' }] }),
  malformed: () => ({ batchItemFailures: 'all' }),
  failSome: (messages) => ({
    batchItemFailures: messages
      .filter(({ body }) => body.includes('bad'))
      .map(({ messageId }) => ({ itemIdentifier: messageId })),
  }),
}

/** Does what the first message says, and tells what it was given. */
export const handler = async (event: { Records: Message[] }, context: object) => {
  const [first] = event.Records
  console.log(
    JSON.stringify({
      saw: event.Records.map(({ body }) => body),
      record: first,
      context,
      remaining: 'getRemainingTimeInMillis' in context,
      now: Date.now(),
      environment: { ...process.env },
    }),
  )
  return orders[first?.body.split(' ')[0] ?? '']?.(event.Records)
}
