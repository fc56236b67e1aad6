import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
const USE_CASES = 'shared/use-cases'

/** What runs use cases for somebody: whatever it imports of them is an entry point. */
const CALLERS = ['functions', 'cli', 'shared/runtime']

const sourcesIn = (folder: string): string[] => {
  const found = readdirSync(join(ROOT, '.'), { withFileTypes: true })
  if (!found.some(({ name }) => name === folder.split('/')[0])) return []
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map(({ parentPath, name }) => join(parentPath, name))
}

const IMPORT = /import\s+(type\s+)?\{([^}]*)\}\s+from\s+'([^']+)'/g

/** What a source imports as values: names by the module's file name. */
const importsOf = (path: string): { module: string; name: string }[] =>
  [...readFileSync(path, 'utf8').matchAll(IMPORT)].flatMap(([, type, names = '', from = '']) =>
    type === undefined
      ? names
          .split(',')
          .map((name) => name.trim())
          .filter((name) => name !== '' && !name.startsWith('type '))
          .map((name) => ({ module: from, name: name.replace(/ as .*/, '') }))
      : [],
  )

const isUseCaseModule = (module: string) => module.includes('/use-cases/')

const fileOf = (module: string) => module.slice(module.lastIndexOf('/') + 1)

const isClass = (value: unknown) => typeof value === 'function' && /^class\b/.test(String(value))

export type EntryPoint = { readonly name: string; readonly file: string }

/** The functions of shared/use-cases that functions, the command line and their runtime call: read out of their imports. */
export const findEntryPoints = async (): Promise<readonly EntryPoint[]> => {
  const imported = CALLERS.flatMap(sourcesIn)
    .flatMap(importsOf)
    .filter(({ module }) => isUseCaseModule(module))
  const found = new Map<string, EntryPoint>()
  for (const { module, name } of imported) {
    const file = fileOf(module)
    const exported: Record<string, unknown> = await import(`${ROOT}/${USE_CASES}/${file}`)
    const value = exported[name]
    if (typeof value === 'function' && !isClass(value)) found.set(name, { name, file })
  }
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Files of shared/use-cases that no entry point leads to by imports. */
export const findUnreached = (entryPoints: readonly EntryPoint[]): readonly string[] => {
  const reached = new Set<string>()
  const follow = (file: string) => {
    if (reached.has(file)) return
    reached.add(file)
    const imports = importsOf(join(ROOT, USE_CASES, file))
    for (const { module } of imports) if (/^\.\/[^/]+$/.test(module)) follow(fileOf(module))
  }
  for (const { file } of entryPoints) follow(file)
  return readdirSync(join(ROOT, USE_CASES)).filter((file) => !reached.has(file))
}

/** All the text of shared/use-cases: a method that is not mentioned in it is none that they call. */
export const textOfUseCases = (): string =>
  readdirSync(join(ROOT, USE_CASES))
    .map((file) => readFileSync(join(ROOT, USE_CASES, file), 'utf8'))
    .join('\n')
