/** Codes of what a queue will say of the same message again: its text, or its length where the queue takes less than SQS does. */
const OF_THE_MESSAGE: readonly string[] = ['InvalidMessageContents', 'InvalidParameterValue']

/** Whether SQS refused a message for what is in it, so that sending it again is of no use. */
export const isRefusal = (code: string | undefined): boolean => OF_THE_MESSAGE.includes(code ?? '')
