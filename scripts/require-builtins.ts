import { createRequire, isBuiltin } from 'node:module'
import type { Plugin } from 'esbuild'

const require = createRequire(import.meta.url)

const NAME = /^[A-Za-z_$][\w$]*$/

/** To look at it loads all of web crypto. The SDK, which makes ids with it, only has to call it. */
const DEFERRED = new Set(['getRandomValues'])

/** Each export by itself, and marked as having no effect: the bundler leaves out what nobody imports. */
const exportsOf = (path: string): string => {
  const names = Object.getOwnPropertyNames(require(path)).filter(
    (name) => NAME.test(name) && name !== 'default',
  )
  return [
    `const builtin = require(${JSON.stringify(path)})`,
    'export default builtin',
    ...names.map((name) =>
      DEFERRED.has(name)
        ? `const _${name} = (...given) => builtin.${name}(...given)`
        : `const _${name} = /* @__PURE__ */ (() => builtin.${name})()`,
    ),
    ...names.map((name) => `export { _${name} as ${name} }`),
  ].join('\n')
}

/**
 * Takes Node's own modules by `require`. Imported as ES modules, all that they export is looked at, and one look at what
 * `node:http` exports for browsers' code loads the whole of undici: a tenth of a cold start. Only what is imported is looked at, and
 * once: a bundler's way of importing CommonJS copies all that a module exports, for each file that imports it.
 */
export const requireBuiltins: Plugin = {
  name: 'require-builtins',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^[a-z:_/]+$/ }, ({ path, namespace, kind }) => {
      if (!isBuiltin(path)) return undefined
      const isOurs = kind === 'import-statement' && namespace !== 'builtin'
      return isOurs ? { path, namespace: 'builtin' } : { path, external: true }
    })
    onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: exportsOf(path),
      loader: 'js',
    }))
  },
}
