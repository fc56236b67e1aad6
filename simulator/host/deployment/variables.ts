import { resolve as resolvePath } from 'node:path'
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts'
import { readYaml } from './read-yaml.ts'

export type VariableOptions = {
  readonly root: string
  /** What `--stage` and the like would say. */
  readonly options: Readonly<Record<string, string>>
}

const VARIABLE = /\$\{([a-z]\w*(?:\([^()]*\))?(?::(?!:)[^${}]*)?(?:,[^${}]*)?)\}/g
const FILE = /^file\(([^()]+)\)(?::([\w.-]+))?$/
const BOOLEAN = /^strToBool\(([^()]+)\)$/
const SOURCE = /^([a-z]\w*):([\w.-]+)$/
const LITERAL = /^(?:'([^']*)'|"([^"]*)"|(\d+)|(true|false|null))$/
const looksLikeVariable = /^[a-z]\w*[:(]/

const at = (value: JsonValue | undefined, key: string): JsonValue | undefined => {
  if (isJsonObject(value)) return Object.hasOwn(value, key) ? value[key] : undefined
  return Array.isArray(value) ? value[Number(key)] : undefined
}

const booleanOf = (text: string): boolean => {
  if (/^(true|1)$/i.test(text)) return true
  if (/^(false|0)$/i.test(text)) return false
  throw new Error(`serverless.yml: strToBool: expected true, false, 0 or 1, got ${text}`)
}

/**
 * Resolves the variables of the Serverless Framework that this deployment uses: `self`, `sls:stage`, `opt`, `param`
 * and `file(…)`, with fallbacks after commas, and `strToBool(…)` of one of them. Anything else that looks like one is an error.
 * https://github.com/oss-serverless/osls/blob/main/docs/guides/variables.md
 */
export const makeVariableResolver = (config: JsonObject, { root, options }: VariableOptions) => {
  const files = new Map<string, JsonValue>()
  const underway: string[] = []

  const fileContent = (path: string): JsonValue => {
    const known = files.get(path)
    if (known !== undefined) return known
    const content = readYaml(resolvePath(root, path))
    files.set(path, content)
    return content
  }

  /** Walks down a path and resolves on the way, for a step may itself be a variable. */
  const walk = (start: JsonValue, address: string): JsonValue | undefined => {
    let value: JsonValue | undefined = start
    for (const key of address.split('.')) {
      value = at(typeof value === 'string' ? resolve(value) : value, key)
    }
    return value === undefined ? undefined : resolve(value)
  }

  const stage = (): JsonValue => options.stage ?? walk(config, 'provider.stage') ?? 'dev'

  const sources: Readonly<Record<string, (address: string) => JsonValue | undefined>> = {
    self: (address) => walk(config, address),
    opt: (address) => options[address],
    sls: (address) => (address === 'stage' ? stage() : undefined),
    param: (address) =>
      options[`param.${address}`] ??
      walk(config, `params.${String(stage())}.${address}`) ??
      walk(config, `params.default.${address}`),
  }

  const fromSource = (text: string): JsonValue | undefined => {
    const literal = LITERAL.exec(text)
    if (literal !== null) {
      const [, single, double] = literal
      return single ?? double ?? JSON.parse(text)
    }
    const [, path, address] = FILE.exec(text) ?? []
    if (path !== undefined) {
      return address === undefined ? resolve(fileContent(path)) : walk(fileContent(path), address)
    }
    const [, given] = BOOLEAN.exec(text) ?? []
    if (given !== undefined) return booleanOf(String(resolve(given)))
    const [, source = '', key = ''] = SOURCE.exec(text) ?? []
    const read = Object.hasOwn(sources, source) ? sources[source] : undefined
    if (read === undefined)
      throw new Error(`serverless.yml: \${${text}} is not a variable that is known here`)
    return read(key)
  }

  const variable = (expression: string): JsonValue => {
    if (underway.includes(expression)) throw new Error(`serverless.yml: \${${expression}} refers to itself`)
    underway.push(expression)
    for (const alternative of expression.split(',')) {
      const value = fromSource(alternative.trim())
      if (value !== undefined) {
        underway.pop()
        return value
      }
    }
    throw new Error(`serverless.yml: \${${expression}} has no value`)
  }

  const text = (value: string): JsonValue => {
    const whole = [...value.matchAll(VARIABLE)]
    if (whole.length === 1 && whole[0]?.[0] === value && looksLikeVariable.test(whole[0][1] ?? '')) {
      return variable(whole[0][1] ?? '')
    }
    return value.replaceAll(VARIABLE, (found, expression: string) => {
      if (!looksLikeVariable.test(expression)) return found
      const resolved = variable(expression)
      if (typeof resolved === 'object') throw new Error(`serverless.yml: ${found} is not text, in ${value}`)
      return String(resolved)
    })
  }

  const resolve = (value: JsonValue): JsonValue => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(resolve)
    if (isJsonObject(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolve(member)]))
    }
    return value
  }

  return resolve
}
