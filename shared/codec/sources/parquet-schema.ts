import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet'
import { leafText } from './parquet-leaf.ts'
import { DecompressionLimit, SourceCorrupt } from './source-item.ts'

const MAX_COLUMNS = 10_000
const MAX_DEPTH = 64
const SHOWN = 60

/** The schema with the annotations of values taken off: the library then gives values in their physical form, exactly. */
export const physicalMetadata = (metadata: FileMetaData): FileMetaData => ({
  ...metadata,
  schema: metadata.schema.map((element): SchemaElement => {
    const { logical_type: _logical, converted_type: converted, ...physical } = element
    return converted === 'LIST' ? { ...physical, converted_type: 'LIST' } : physical
  }),
})

const isMap = ({ element }: SchemaTree): boolean =>
  element.converted_type === 'MAP' ||
  element.converted_type === 'MAP_KEY_VALUE' ||
  element.logical_type?.type === 'MAP'

const isList = ({ element, children }: SchemaTree): boolean =>
  element.converted_type === 'LIST' &&
  children.length === 1 &&
  children.every((only) => only.children.length <= 1 && only.element.repetition_type === 'REPEATED')

/** Refuses schemas that would cost too much, before a tree is made of them. */
export const checkElements = (schema: readonly SchemaElement[]): void => {
  const tooMuch = () =>
    new DecompressionLimit(`parquet schema: expected at most ${MAX_COLUMNS} columns, ${MAX_DEPTH} deep`)
  if (schema.length > MAX_COLUMNS) throw tooMuch()
  /** How many children are still to come of each element that is open. */
  const open: number[] = []
  for (const { num_children = 0 } of schema) {
    while (open.at(-1) === 0) open.pop()
    if (open.length > MAX_DEPTH) throw tooMuch()
    const siblings = open.pop()
    if (siblings !== undefined) open.push(siblings - 1)
    open.push(Math.max(0, num_children))
  }
}

/** Refuses schemas without a column, and those whose names the library cannot keep apart. */
export const checkNames = (root: SchemaTree): void => {
  if (root.children.length === 0) throw new SourceCorrupt('parquet schema: it has no columns')
  const check = (node: SchemaTree) => {
    const names = new Set(['__proto__'])
    for (const child of node.children) {
      const { name } = child.element
      if (names.has(name))
        throw new SourceCorrupt(
          `parquet schema: the name ${JSON.stringify(name.slice(0, SHOWN))} cannot be told apart`,
        )
      names.add(name)
      check(child)
    }
  }
  check(root)
}

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined

/** A value as JSON by its schema: lists as arrays, maps as arrays of `{"key", "value"}`, structs as objects in column order. */
export const jsonOf = (value: unknown, node: SchemaTree, onInvalid: () => void, inList = false): string => {
  if (value === null || value === undefined) return 'null'
  if (node.element.repetition_type === 'REPEATED' && !inList) {
    if (!Array.isArray(value)) throw new TypeError(`parquet column ${node.element.name}: expected a list`)
    return `[${value.map((item: unknown) => jsonOf(item, node, onInvalid, true)).join(',')}]`
  }
  const [only] = node.children
  if (only === undefined) return leafText(value, node.element, onInvalid)
  if (isMap(node)) return jsonOf(member(value, only.element.name) ?? [], only, onInvalid)
  if (isList(node)) {
    if (!Array.isArray(value)) throw new TypeError(`parquet column ${node.element.name}: expected a list`)
    const [element] = only.children
    return `[${value.map((item: unknown) => jsonOf(item, element ?? only, onInvalid, true)).join(',')}]`
  }
  return objectOf(node.children, (name) => member(value, name), onInvalid)
}

/** Members in the order of the columns; all of them, also those that are null. */
export const objectOf = (
  columns: readonly SchemaTree[],
  valueIn: (name: string) => unknown,
  onInvalid: () => void,
): string =>
  `{${columns
    .map((column) => {
      const { name } = column.element
      return `${JSON.stringify(name)}:${jsonOf(valueIn(name), column, onInvalid)}`
    })
    .join(',')}}`
