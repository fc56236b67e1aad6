/** SQS bills each 64 KiB as a request. https://aws.amazon.com/sqs/pricing/ */
export const BILLED_MESSAGE_BYTES = 64 * 1024

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html */
const READ_UNIT_BYTES = 4096
const WRITE_UNIT_BYTES = 1024

/** Read units of a consistent read of so many bytes. */
export const readUnits = (bytes: number): number => Math.ceil(bytes / READ_UNIT_BYTES)

/** Write units of an item of so many bytes. */
export const writeUnits = (bytes: number): number => Math.ceil(bytes / WRITE_UNIT_BYTES)
