import { malformedXml } from '../s3-error.ts'

export type XmlNode = {
  readonly name: string
  /** Without that of its children */
  readonly text: string
  readonly children: readonly XmlNode[]
}

type Open = { name: string; text: string; children: XmlNode[] }

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const MAX_DEPTH = 32

const decode = (text: string) =>
  text.replace(/&([^;&]*);?/g, (reference, name: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? []
    const code = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16)
    const decoded = code <= 0x10ffff ? String.fromCodePoint(code) : ENTITIES[name]
    if (decoded === undefined || !reference.endsWith(';')) throw malformedXml()
    return decoded
  })

/** Local names only: requests have one namespace. */
const localName = (name: string) => name.slice(name.indexOf(':') + 1)

/**
 * Reads a request document: elements and text. No document types, so no entities but XML's own;
 * attributes are passed over. Throws MalformedXML.
 */
export const parseXml = (text: string): XmlNode => {
  const root: Open = { name: '', text: '', children: [] }
  const stack = [root]
  const token = new RegExp(TOKEN)
  const source = text.replace(/^\uFEFF/, '')
  while (token.lastIndex < source.length) {
    const match = token.exec(source)
    const top = stack.at(-1)
    if (match === null || top === undefined) throw malformedXml()
    const [, closed, opened, , selfClosed, content] = match
    if (opened !== undefined) {
      const node: Open = { name: localName(opened), text: '', children: [] }
      top.children.push(node)
      if (selfClosed === '') stack.push(node)
      if (stack.length > MAX_DEPTH) throw malformedXml()
    } else if (closed !== undefined) {
      if (stack.length === 1 || localName(closed) !== top.name) throw malformedXml()
      stack.pop()
    } else if (content !== undefined) {
      top.text += decode(content)
    }
  }
  const [document] = root.children
  if (stack.length !== 1 || root.children.length !== 1 || root.text.trim() !== '' || document === undefined) {
    throw malformedXml()
  }
  return document
}

export const childrenOf = (node: XmlNode, name: string): XmlNode[] =>
  node.children.filter((child) => child.name === name)

export const childOf = (node: XmlNode, name: string): XmlNode | undefined => {
  const [child, second] = childrenOf(node, name)
  if (second !== undefined) throw malformedXml()
  return child
}

export const textOf = (node: XmlNode, name: string): string | undefined => childOf(node, name)?.text.trim()

/** Text that is kept as it is, such as a key with blanks at its ends. */
export const exactTextOf = (node: XmlNode, name: string): string | undefined => childOf(node, name)?.text

export const requiredText = (node: XmlNode, name: string): string => {
  const text = exactTextOf(node, name)
  if (text === undefined) throw malformedXml()
  return text
}

export const integerOf = (node: XmlNode, name: string): number | undefined => {
  const text = textOf(node, name)
  if (text === undefined) return undefined
  if (!/^-?\d{1,15}$/.test(text)) throw malformedXml()
  return Number(text)
}

export const requiredInteger = (node: XmlNode, name: string): number => {
  const value = integerOf(node, name)
  if (value === undefined) throw malformedXml()
  return value
}

/** Elements that nobody reads would be settings that silently do nothing. */
export const allowOnly = (node: XmlNode, ...names: readonly string[]) => {
  if (node.children.some((child) => !names.includes(child.name))) throw malformedXml()
}
