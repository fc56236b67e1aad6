import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'

/** JavaScript that makes the value again. What is neither data nor a Map of it is an error. */
export const literal = (value: unknown): string => {
  if (value instanceof Map) return `new Map(${literal([...value])})`
  if (Array.isArray(value)) return `[${value.map(literal).join()}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([name, each]) => `${JSON.stringify(name)}:${literal(each)}`)
      .join()}}`
  if (value === undefined || typeof value === 'number') return String(value)
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value)
  throw new Error(`icecore.config.ts: a ${typeof value} cannot be put into a bundle`)
}

const bakedConfig = async (root: string): Promise<string> => {
  const module: object = await import(pathToFileURL(join(root, 'icecore.config.ts')).href)
  return `export default ${literal(Reflect.get(module, 'default'))}`
}

/**
 * Parses the configuration when functions are bundled: at each cold start of each of them that would take a tenth of the time.
 * A mistake in it is an error that names the field.
 */
export const bakeConfig = (root: string): Plugin => ({
  name: 'bake-config',
  setup: ({ onLoad }) => {
    onLoad({ filter: /[\\/]icecore\.config\.ts$/ }, async () => ({ contents: await bakedConfig(root) }))
  },
})
