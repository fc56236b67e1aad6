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

/** A list that is a field of the outermost struct. */
export type ThriftList = {
  /** Where its own head begins, behind that of the field, and where the list ends. */
  readonly head: number
  readonly end: number
  /** Where its elements begin. */
  readonly elements: readonly number[]
}

/** Walks over a struct without building it. A class, because this is where half the time of opening a large segment goes. */
class ThriftWalk {
  readonly #bytes: Uint8Array
  readonly #field: number | undefined
  #at: number
  #values = 0
  list: ThriftList | undefined

  /** @param field which list of the outermost struct to tell of. */
  constructor(bytes: Uint8Array, start: number, field?: number) {
    this.#bytes = bytes
    this.#at = start
    this.#field = field
  }

  #skip(length: number): void {
    this.#at += length
    if (this.#at > this.#bytes.length)
      throw refuse(`it ends at ${this.#bytes.length}, in the middle of a value`)
  }

  #byte(): number {
    const at = this.#at
    this.#skip(1)
    return Number(this.#bytes[at])
  }

  #varint(): number {
    const first = this.#byte()
    if (first < 128) return first
    let value = first - 128
    for (let place = 1; place < MAX_VARINT_BYTES; place += 1) {
      const byte = this.#byte()
      value += (byte % 128) * 2 ** (VARINT_BITS * place)
      if (byte < 128) return value
    }
    throw refuse(`an integer of more than ${MAX_VARINT_BYTES} bytes`)
  }

  #list(depth: number, elements: number[] | undefined): void {
    const head = this.#byte()
    const length = head >> 4 === LONG_LIST ? this.#varint() : head >> 4
    // no element takes less than a byte
    if (length > this.#bytes.length - this.#at) throw refuse(`a list of ${length} elements`)
    const type = head & 15
    for (let left = length; left > 0; left -= 1) {
      elements?.push(this.#at)
      this.#value(type === TRUE || type === FALSE ? BYTE : type, depth)
    }
  }

  #value(type: number, depth: number): void {
    this.#values += 1
    if (this.#values > MAX_VALUES) throw refuse(`more than ${MAX_VALUES} values`)
    if (depth > MAX_DEPTH) throw refuse(`nested more than ${MAX_DEPTH} deep`)
    if (type >= I16 && type <= I64) this.#varint()
    else if (type === BINARY) this.#skip(this.#varint())
    else if (type === STRUCT) this.struct(depth + 1)
    else if (type === LIST) this.#list(depth + 1, undefined)
    else if (type === BYTE) this.#skip(1)
    else if (type === DOUBLE) this.#skip(8)
    else if (type !== TRUE && type !== FALSE) throw refuse(`a value of type ${type}`)
  }

  /** @returns the place behind the struct. */
  struct(depth: number): number {
    let field = 0
    for (let head = this.#byte(); (head & 15) !== 0; head = this.#byte()) {
      // without a difference to the field before, the field's id stands for itself, twice as large as it is
      field = head >> 4 === 0 ? this.#varint() / 2 : field + (head >> 4)
      if (depth === 0 && field === this.#field && (head & 15) === LIST) {
        const at = this.#at
        const elements: number[] = []
        this.#list(1, elements)
        this.list = { head: at, end: this.#at, elements }
      } else this.#value(head & 15, depth)
    }
    return this.#at
  }
}

/**
 * Walks over a Thrift struct: the library that builds it takes a list's length for the size of an array before it has seen its first
 * element. Throws a RangeError where it would take too much memory, or does not end.
 * @returns the place behind the struct.
 */
export const checkThrift = (bytes: Uint8Array, start = 0): number => new ThriftWalk(bytes, start).struct(0)

/** The same, and where the elements of a list of it are. Errors: a RangeError, also where there is no such list. */
export const findThriftList = (bytes: Uint8Array, field: number): ThriftList => {
  const walk = new ThriftWalk(bytes, 0, field)
  walk.struct(0)
  if (walk.list === undefined) throw refuse(`no list as field ${field}`)
  return walk.list
}
