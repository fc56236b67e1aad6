import type { Context, SQSEvent } from 'aws-lambda'

/** An event of SQS with these bodies; the message ids are `m0`, `m1`, … */
export const anSqsEvent = (...bodies: readonly unknown[]): SQSEvent => ({
  Records: bodies.map((body, at) => ({
    messageId: `m${at}`,
    receiptHandle: 'r',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 's',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:queue',
    awsRegion: 'us-east-1',
  })),
})

const known = { awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 60_000 }

// the handlers read of Lambda's context only what Powertools logs and the time that is left
export const aContext = known as Context
