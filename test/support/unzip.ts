import { buffer } from 'node:stream/consumers'
import { openPromise } from 'yauzl'

export type Unpacked = { readonly path: string; readonly bytes: Buffer; readonly mode: number }

/** Every file of a zip. */
export const unzip = async (file: string): Promise<Unpacked[]> => {
  const zip = await openPromise(file)
  const files: Unpacked[] = []
  for await (const entry of zip.eachEntry()) {
    const bytes = await buffer(await zip.openReadStreamPromise(entry))
    files.push({ path: entry.fileName, bytes, mode: entry.externalFileAttributes >>> 16 })
  }
  return files
}
