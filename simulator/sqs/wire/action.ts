import type * as z from 'zod'
import { SqsError } from '../sqs-error.ts'
import type { SqsModel } from '../sqs-model.ts'

/** What an action needs of the request besides its input. */
export type ActionContext = {
  readonly sqs: SqsModel
  /** URLs carry the host by which the client reached the simulator. */
  urlOf(queueName: string): string
  /** Resolves when `queueArn` may have something to receive, when `ms` real milliseconds have passed or the client is gone. */
  waitForMessage(queueArn: string, ms: number): Promise<void>
  /** The client hung up. */
  isGone(): boolean
}

/** Input and output as the JSON protocol has them; the Query protocol is translated to and from it. */
export type Action = (input: unknown, context: ActionContext) => Promise<object>

export const makeAction =
  <Schema extends z.ZodType>(
    schema: Schema,
    run: (input: z.infer<Schema>, context: ActionContext) => object | undefined | Promise<object>,
  ): Action =>
  async (input, context) => {
    const parsed = schema.safeParse(input)
    if (!parsed.success) throw inputError(parsed.error.issues[0])
    return (await run(parsed.data, context)) ?? {}
  }

const inputError = (issue: z.core.$ZodIssue | undefined) => {
  const name = issue?.path.join('.') ?? ''
  if (issue?.code === 'invalid_type' && issue.input === undefined) {
    return new SqsError('MissingParameter', `The request must contain the parameter ${name}.`)
  }
  if (issue?.code === 'unrecognized_keys') {
    return new SqsError(
      'UnsupportedOperation',
      `The simulator does not support ${issue.keys.join(', ')} here.`,
    )
  }
  const message = `Value for parameter ${name} is invalid. Reason: ${issue?.message ?? 'unknown'}.`
  return new SqsError('InvalidParameterValue', message)
}
