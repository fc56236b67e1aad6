const ARN = /^arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,75}(?:\.fifo)?$/

/**
 * Lets hydrate-records send to the queues that destinations of the configuration replay to, and to no other. Each is an
 * ARN, or the name of a variable in the environment of hydrate-records that holds one.
 */
export const grantReplays = (service, queues) => {
  const { environment = {} } = service.functions['hydrate-records']
  const arns = queues.map((queue) => {
    const arn = ARN.test(queue) ? queue : environment[queue]
    if (ARN.test(arn ?? '')) return arn
    throw new Error(
      `icecore.config.ts replays to ${queue}: expected the ARN of an SQS queue in that variable of hydrate-records, got ${JSON.stringify(arn)}`,
    )
  })
  if (arns.length === 0) return
  const { Policies } = service.resources.Resources.HydrateRecordsRole.Properties
  Policies[0].PolicyDocument.Statement.push({
    Sid: 'Replay',
    Effect: 'Allow',
    Action: 'sqs:SendMessage',
    Resource: [...new Set(arns)].sort(),
  })
}
