/** Types of Thrift's compact protocol, as far as Parquet uses them. */
const TRUE = 1
const FALSE = 2
const BYTE = 3
const I16 = 4
const I64 = 6
const DOUBLE = 7
const BINARY = 8
const LIST = 9
const STRUCT = 12

const MAX_DEPTH = 32
/** A value that takes one byte in the file takes about a hundred in memory. */
const MAX_VALUES = 2 ** 22
const MAX_VARINT_BYTES = 10
const VARINT_BITS = 7
const LONG_LIST = 15

const refuse = (what: string) => new RangeError(`thrift: ${what}`)

/**
 * Walks over a Thrift struct without building it: the library that builds it takes a list's length for the size of an array
 * before it has seen its first element. Throws a RangeError where it would take too much memory, or does not end.
 * @returns the place behind the struct.
 */
export const checkThrift = (bytes: Uint8Array, start = 0): number => {
  let at = start
  let values = 0

  const take = (length: number): number => {
    const from = at
    at += length
    if (at > bytes.length) throw refuse(`it ends at ${bytes.length}, in the middle of a value`)
    return from
  }
  const takeByte = (): number => Number(bytes[take(1)])
  const takeVarint = (): number => {
    let value = 0
    for (let place = 0; place < MAX_VARINT_BYTES; place += 1) {
      const byte = takeByte()
      value += (byte % 128) * 2 ** (VARINT_BITS * place)
      if (byte < 128) return value
    }
    throw refuse(`an integer of more than ${MAX_VARINT_BYTES} bytes`)
  }

  const walkList = (depth: number) => {
    const head = takeByte()
    const length = head >> 4 === LONG_LIST ? takeVarint() : head >> 4
    // no element takes less than a byte
    if (length > bytes.length - at) throw refuse(`a list of ${length} elements`)
    const type = head & 15
    for (let left = length; left > 0; left -= 1) walk(type === TRUE || type === FALSE ? BYTE : type, depth)
  }

  const walkStruct = (depth: number) => {
    for (let head = takeByte(); (head & 15) !== 0; head = takeByte()) {
      // without a difference to the field before, the field's id stands for itself
      if (head >> 4 === 0) takeVarint()
      walk(head & 15, depth)
    }
  }

  const walk = (type: number, depth: number): void => {
    values += 1
    if (values > MAX_VALUES) throw refuse(`more than ${MAX_VALUES} values`)
    if (depth > MAX_DEPTH) throw refuse(`nested more than ${MAX_DEPTH} deep`)
    if (type === TRUE || type === FALSE) return
    if (type === BYTE) take(1)
    else if (type >= I16 && type <= I64) takeVarint()
    else if (type === DOUBLE) take(8)
    else if (type === BINARY) take(takeVarint())
    else if (type === LIST) walkList(depth + 1)
    else if (type === STRUCT) walkStruct(depth + 1)
    else throw refuse(`a value of type ${type}`)
  }

  walkStruct(0)
  return at
}
