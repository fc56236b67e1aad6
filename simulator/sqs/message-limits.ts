import type { MessageAttributes } from './message.ts'
import { SqsError } from './sqs-error.ts'

/** "The message body … only these Unicode characters: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF" (API_SendMessage) */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

const checkText = (text: string) => {
  if (forbidden.test(text)) {
    throw new SqsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    )
  }
}

const invalid = (message: string) => new SqsError('InvalidParameterValue', message)

/** Body and attributes count, names and types included. */
export const sizeOf = (body: string, attributes: MessageAttributes) => {
  let size = Buffer.byteLength(body)
  for (const [name, { dataType, stringValue = '', binaryValue }] of attributes) {
    size += Buffer.byteLength(name) + Buffer.byteLength(dataType)
    size += binaryValue?.length ?? Buffer.byteLength(stringValue)
  }
  return size
}

/** Throws for a message that SQS would refuse. `maxBytes` is the queue's MaximumMessageSize. */
export const checkMessage = (body: string, attributes: MessageAttributes, maxBytes: number) => {
  if (body === '')
    throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.')
  const size = sizeOf(body, attributes)
  if (size > maxBytes) {
    throw invalid(
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`,
    )
  }
  checkText(body)
  if (attributes.size > 10)
    throw invalid('Number of message attributes [11] exceeds the allowed maximum [10].')
  for (const [name, attribute] of attributes) checkAttribute(name, attribute)
}

const checkAttribute = (name: string, { dataType, stringValue, binaryValue }: AttributeValue) => {
  if (!/^[A-Za-z0-9_.-]{1,256}$/.test(name) || /^(aws|amazon)\.|^\.|\.$|\.\./i.test(name)) {
    throw invalid(
      `Can't parse message attribute name '${name}': letters, digits, _, - and single inner dots only.`,
    )
  }
  const base = dataType.split('.', 1)[0]
  if (base !== 'String' && base !== 'Number' && base !== 'Binary') {
    throw invalid(
      `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    )
  }
  const isEmpty = base === 'Binary' ? binaryValue === undefined || binaryValue.length === 0 : !stringValue
  if (isEmpty) {
    throw invalid(
      `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${base}'.`,
    )
  }
  if (stringValue !== undefined) checkText(stringValue)
  if (base === 'Number' && !Number.isFinite(Number(stringValue))) {
    throw invalid(`Can't cast the value of message (user) attribute '${name}' to a number.`)
  }
}

type AttributeValue = MessageAttributes extends ReadonlyMap<string, infer Value> ? Value : never

/** Group and deduplication ids: up to 128 letters, digits and punctuation. */
export const checkFifoId = (parameter: string, id: string) => {
  if (!/^[\x21-\x7e]{1,128}$/.test(id)) {
    throw invalid(
      `Value ${id} for parameter ${parameter} is invalid. Reason: ${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
    )
  }
}
