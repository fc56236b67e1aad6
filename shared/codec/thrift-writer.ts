const TRUE = 1
const FALSE = 2
const I32 = 5
const I64 = 6
const BINARY = 8
const LIST = 9
const STRUCT = 12

const LONG_LIST = 15
const VARINT = 128
const MOST_VARINT_BYTES = 10
const FIRST_ROOM = 2048

/**
 * Writes Thrift's compact protocol as far as Parquet's footers need it: fields in ascending order, each at most 15 behind the one
 * before, whole numbers from 0 up. https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export type ThriftWriter = {
  boolean(field: number, value: boolean): void
  i32(field: number, value: number): void
  i64(field: number, value: bigint): void
  /** Text is written as UTF-8. */
  binary(field: number, value: string | Uint8Array): void
  struct(field: number, write: () => void): void
  structs<Item>(field: number, items: readonly Item[], write: (item: Item) => void): void
  numbers(field: number, values: readonly number[]): void
  texts(field: number, values: readonly string[]): void
  /** What was written, as a struct. */
  end(): Uint8Array
}

export const makeThriftWriter = (): ThriftWriter => {
  let bytes = Buffer.allocUnsafe(FIRST_ROOM)
  let at = 0
  let last = 0

  const makeRoom = (length: number) => {
    if (at + length <= bytes.length) return
    const larger = Buffer.allocUnsafe(2 * (at + length))
    bytes.copy(larger, 0, 0, at)
    bytes = larger
  }
  const byte = (value: number) => {
    makeRoom(1)
    bytes[at] = value
    at += 1
  }
  const varint = (value: number) => {
    makeRoom(MOST_VARINT_BYTES)
    let left = value
    for (; left >= VARINT; left = Math.floor(left / VARINT)) {
      bytes[at] = (left % VARINT) + VARINT
      at += 1
    }
    byte(left)
  }
  /** Of a number that is not negative. */
  const zigzag = (value: number) => varint(2 * value)
  const content = (value: string | Uint8Array) => {
    const data = typeof value === 'string' ? Buffer.from(value, 'utf8') : value
    varint(data.length)
    makeRoom(data.length)
    bytes.set(data, at)
    at += data.length
  }
  const field = (id: number, type: number) => {
    byte(((id - last) << 4) | type)
    last = id
  }
  const list = <Item>(id: number, type: number, items: readonly Item[], write: (item: Item) => void) => {
    field(id, LIST)
    byte((Math.min(items.length, LONG_LIST) << 4) | type)
    if (items.length >= LONG_LIST) varint(items.length)
    for (const item of items) write(item)
  }
  const inside = (write: () => void) => {
    const outer = last
    last = 0
    write()
    byte(0)
    last = outer
  }

  return {
    boolean: (id, value) => field(id, value ? TRUE : FALSE),
    i32: (id, value) => {
      field(id, I32)
      zigzag(value)
    },
    i64: (id, value) => {
      field(id, I64)
      zigzag(Number(value))
    },
    binary: (id, value) => {
      field(id, BINARY)
      content(value)
    },
    struct: (id, write) => {
      field(id, STRUCT)
      inside(write)
    },
    structs: (id, items, write) => list(id, STRUCT, items, (item) => inside(() => write(item))),
    numbers: (id, values) => list(id, I32, values, zigzag),
    texts: (id, values) => list(id, BINARY, values, content),
    end: () => {
      byte(0)
      return bytes.subarray(0, at)
    },
  }
}
