/** A piece of XML that is already escaped. */
export type Xml = { readonly xml: string }
type Content = Xml | string | number | boolean | undefined

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Control characters too, as references, as S3 writes them for keys that hold some. */
const escapeText = (text: string) =>
  text.replace(
    /[&<>"\p{Cc}]/gu,
    (character) => ESCAPES[character] ?? `&#x${character.charCodeAt(0).toString(16)};`,
  )

const contentXml = (content: Content) =>
  content === undefined ? '' : typeof content === 'object' ? content.xml : escapeText(String(content))

/** `<name>…</name>`; text is escaped. */
export const element = (name: string, ...contents: readonly (Content | readonly Xml[])[]): Xml => {
  const inner = contents.flat().map(contentXml).join('')
  return { xml: `<${name}>${inner}</${name}>` }
}

/** Nothing at all for undefined. */
export const optional = (name: string, content: Content): Xml =>
  content === undefined ? { xml: '' } : element(name, content)

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** A whole document with S3's namespace. */
export const xmlDocument = (name: string, ...contents: readonly (Content | readonly Xml[])[]): string => {
  const { xml } = element(name, ...contents)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml.replace(`<${name}>`, `<${name} xmlns="${NAMESPACE}">`)}`
}

export const isoTime = (time: number) => new Date(time).toISOString()
