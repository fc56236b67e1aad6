import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Client, FilesAnswer } from 'icecore/client'
import * as z from 'zod'
import type { CommandContext } from './command.ts'
import { Failure } from './failure.ts'
import { countOf } from './text.ts'

type DeliveredFile = FilesAnswer['files'][number]

const manifestSchema = z.object({
  records: z.int(),
  bytes: z.int(),
  files: z.array(z.object({ key: z.string(), records: z.int(), bytes: z.int(), sha256: z.string() })),
})

/** The last part of a key, which leads nowhere but into the folder. */
const nameOf = (key: string): string => {
  const name = key.slice(key.lastIndexOf('/') + 1)
  if (/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) return name
  throw new Failure(`${key}: expected a key that ends in a plain name of a file.`)
}

/** What a URL gives; it is never shown, for whoever has it has the file. */
const open = async (key: string, url: string | null): Promise<Readable> => {
  if (url === null) throw new Failure(`${key} is no longer there: ask for the records again.`)
  const { status, body } = await fetch(url).catch((cause: unknown) => {
    throw new Failure(`${key} cannot be downloaded: S3 does not answer.`, { cause })
  })
  if (status !== 200 || body === null) throw new Failure(`${key} cannot be downloaded: S3 answers ${status}.`)
  return Readable.from(body)
}

/** Writes one file, under its name only once all of it is there and is what was delivered. */
const download = async ({ key, url, bytes, sha256 }: DeliveredFile, folder: string): Promise<string> => {
  const path = join(folder, nameOf(key))
  const part = `${path}.part`
  const hash = createHash('sha256')
  let size = 0
  const measure = new Transform({
    transform: (piece: Uint8Array, _, done) => {
      hash.update(piece)
      size += piece.byteLength
      done(null, piece)
    },
  })
  await pipeline(await open(key, url), measure, createWriteStream(part))
  const got = hash.digest('base64')
  if (size !== bytes || got !== sha256) {
    await rm(part)
    throw new Failure(
      `${key} is not what was delivered: expected ${bytes} bytes of SHA-256 ${sha256}, got ${size} of ${got}.`,
    )
  }
  await rename(part, path)
  return path
}

/** Downloads file by file. One a page: a URL holds for a quarter of an hour, and the file before may take longer. */
const downloadAll = async (context: CommandContext, client: Client, id: string, folder: string) => {
  const files: DeliveredFile[] = []
  const paths: string[] = []
  for (let next: string | undefined; ; ) {
    const page: FilesAnswer = await client.files(id, { limit: 1, next })
    for (const file of page.files) {
      paths.push(await download(file, folder))
      files.push(file)
      context.progress(`${nameOf(file.key)}: ${countOf(file.records, 'record')}`)
    }
    if (page.next === null) return { files, paths, manifest: page.manifest }
    next = page.next
  }
}

/** The manifest lists what came, and no more, and its totals are theirs. */
const checkManifest = (text: string, key: string, files: readonly DeliveredFile[]) => {
  const manifest = manifestSchema.parse(JSON.parse(text))
  const came = new Map(files.map((file) => [file.key, file.sha256]))
  const isListed = manifest.files.every((file) => came.get(file.key) === file.sha256)
  if (manifest.files.length !== files.length || !isListed)
    throw new Failure(`${key} lists other files than those that came.`)
  for (const field of ['records', 'bytes'] as const) {
    const sum = files.reduce((total, file) => total + file[field], 0)
    if (sum !== manifest[field])
      throw new Failure(`${key} is wrong: its files have ${sum} ${field}, and it says ${manifest[field]}.`)
  }
}

/** Brings the files of a completed rehydration, and its manifest, into a folder. Gives the paths of the files. */
export const downloadFiles = async (
  context: CommandContext,
  id: string,
  folder: string,
): Promise<readonly string[]> => {
  await mkdir(folder, { recursive: true })
  const { files, paths, manifest } = await downloadAll(context, await context.client(), id, folder)
  if (manifest === null) throw new Failure(`${id} has no manifest.`)
  const text = Buffer.concat(await Array.fromAsync(await open(manifest.key, manifest.url))).toString('utf8')
  checkManifest(text, manifest.key, files)
  // last, as it was delivered: a folder with a manifest has all of it
  await writeFile(join(folder, nameOf(manifest.key)), text)
  return paths
}
