import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { bakeConfig } from './bake-config.ts'
import { requireBuiltins } from './require-builtins.ts'
import { slimSdk } from './slim-sdk.ts'

export type Bundle = {
  /** As in `functions/<name>/`. */
  readonly name: string
  /** The one module, and where it lies in the function's package. */
  readonly path: string
  readonly code: Uint8Array
  readonly sourceMap: Uint8Array
}

/** What some CommonJS dependencies still expect to find. */
const REQUIRE = `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`

/** The folders of `functions/` that serverless.yml takes a function from. */
export const functionNames = (root: string): string[] =>
  readdirSync(join(root, 'functions'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(root, 'functions', entry.name, 'function.yml')))
    .map(({ name }) => name)
    .sort()

/**
 * Each function as one ES module with everything in it, the AWS SDK included. Names stay, for readable stack traces.
 * The same sources give the same bytes, wherever the repository lies.
 */
export const bundleFunctions = async (root: string, names: readonly string[]): Promise<Bundle[]> => {
  const missing = names.filter((name) => !existsSync(join(root, 'functions', name, 'handler.ts')))
  if (missing.length > 0) throw new Error(`these functions have no handler.ts: ${missing.join(', ')}`)
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({
      in: `functions/${name}/handler.ts`,
      out: `${name}/functions/${name}/handler`,
    })),
    outdir: 'out',
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    plugins: [requireBuiltins, slimSdk, bakeConfig(root)],
    logLevel: 'warning',
  })
  const contentOf = (suffix: string) => {
    const file = outputFiles.find(({ path }) => path.endsWith(suffix))
    if (file === undefined) throw new Error(`the bundler wrote no ${suffix}`)
    return file.contents
  }
  return names.map((name) => {
    const path = `functions/${name}/handler.mjs`
    return {
      name,
      path,
      code: contentOf(`/${name}/${path}`),
      sourceMap: contentOf(`/${name}/${path}.map`),
    }
  })
}
