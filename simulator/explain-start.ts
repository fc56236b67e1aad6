import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/** What to say for a start that failed for a reason outside the simulator. */
export const explainStart = (
  error: unknown,
  { port, dataDir }: { readonly port: number; readonly dataDir?: string | undefined },
): string | undefined => {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (!('code' in cause)) continue
    if (cause.code === 'EADDRINUSE')
      return `Port ${port} is in use. Choose another with --port, or 0 for any.`
    if (cause.code === 'EACCES')
      return `No right to use port ${port}${dataDir === undefined ? '' : ` or ${dataDir}`}.`
    if (cause.code === 'LEVEL_LOCKED') return `Another simulator is running on ${dataDir}.`
  }
  return undefined
}

/**
 * What is wrong with the folder's `icecore.config.ts`, if it has one. Each function imports it when it starts, so that without
 * this check a mistake there would show as the failure of every message, again and again.
 */
export const findConfigMistake = async (folder: string): Promise<string | undefined> => {
  const file = join(resolve(folder), 'icecore.config.ts')
  if (!existsSync(file)) return undefined
  try {
    await import(pathToFileURL(file).href)
    return undefined
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return message.includes('icecore.config.ts') ? message : `icecore.config.ts cannot be read: ${message}`
  }
}
