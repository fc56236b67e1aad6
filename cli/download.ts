import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import * as z from 'zod'
import { inBucket, type S3Bucket } from '../shared/adapters/aws/s3-bucket.ts'
import type { CommandContext } from './command.ts'
import { Failure } from './failure.ts'
import { countOf } from './text.ts'

const manifestSchema = z.object({
  records: z.int(),
  bytes: z.int(),
  files: z.array(
    z.object({
      // its last part leads nowhere but into the folder
      key: z.string().regex(/\/[A-Za-z0-9][A-Za-z0-9._-]*$/, 'expected the key of a file'),
      records: z.int(),
      bytes: z.int(),
      sha256: z.string(),
    }),
  ),
})
type Manifest = z.infer<typeof manifestSchema>
type ListedFile = Manifest['files'][number]

const nameOf = (key: string): string => key.slice(key.lastIndexOf('/') + 1)

const open = async (from: S3Bucket, key: string): Promise<Readable> => {
  const { Body } = await from.s3.send(new GetObjectCommand({ ...inBucket(from), Key: key }))
  if (!(Body instanceof Readable)) throw new Failure(`${key} has no content.`)
  return Body
}

const readManifest = async (from: S3Bucket, key: string) => {
  const text = Buffer.concat(await Array.fromAsync(await open(from, key))).toString('utf8')
  const manifest = manifestSchema.parse(JSON.parse(text))
  for (const field of ['records', 'bytes'] as const) {
    const sum = manifest.files.reduce((total, file) => total + file[field], 0)
    if (sum !== manifest[field])
      throw new Failure(`${key} is wrong: its files have ${sum} ${field}, and it says ${manifest[field]}.`)
  }
  return { text, manifest }
}

/** Writes one file, under its name only once all of it is there and is what was delivered. */
const download = async (
  from: S3Bucket,
  { key, bytes, sha256 }: ListedFile,
  folder: string,
): Promise<string> => {
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
  await pipeline(await open(from, key), measure, createWriteStream(part))
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

/** Brings what a manifest lists, and the manifest, into a folder. Gives the paths of the files. */
export const downloadFiles = async (
  context: CommandContext,
  manifestKey: string,
  folder: string,
): Promise<readonly string[]> => {
  const from = await context.bucket('rehydrated')
  const { text, manifest } = await readManifest(from, manifestKey)
  await mkdir(folder, { recursive: true })
  const paths: string[] = []
  for (const file of manifest.files) {
    paths.push(await download(from, file, folder))
    context.progress(`${paths.length} of ${countOf(manifest.files.length, 'file')}: ${nameOf(file.key)}`)
  }
  // last, as it was delivered: a folder with a manifest has all of it
  await writeFile(join(folder, nameOf(manifestKey)), text)
  return paths
}
