import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleFunctions, functionNames } from './bundle-functions.ts'
import { zip } from './zip.ts'

export type BuiltFunction = {
  readonly name: string
  readonly zipFile: string
  readonly zipBytes: number
  readonly codeBytes: number
}

/**
 * Builds every function into `<out>/<name>.zip`; module and source map lie unpacked in `<out>/<name>/`. A mistake in
 * icecore.config.ts, which each function carries inside it, ends the build.
 */
export const buildFunctions = async (root: string, out = join(root, '.build')): Promise<BuiltFunction[]> => {
  await checkConfig(root)
  const bundles = await bundleFunctions(root, functionNames(root))
  return bundles.map(({ name, path, code, sourceMap }) => {
    const module = join(out, name, path)
    mkdirSync(dirname(module), { recursive: true })
    writeFileSync(module, code)
    writeFileSync(`${module}.map`, sourceMap)
    const zipFile = join(out, `${name}.zip`)
    const packed = zip([{ name: path, bytes: code }])
    writeFileSync(zipFile, packed)
    return { name, zipFile, zipBytes: packed.length, codeBytes: code.length }
  })
}

const checkConfig = async (root: string) => {
  try {
    await import(pathToFileURL(join(root, 'icecore.config.ts')).href)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`icecore.config.ts cannot be deployed: ${reason}`, { cause })
  }
}
