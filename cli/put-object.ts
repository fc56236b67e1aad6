import { createReadStream } from 'node:fs'
import { open, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { inBucket, statusOf } from '../shared/adapters/aws/s3-bucket.ts'
import { formatOfKey } from '../shared/codec/sources/format-of-key.ts'
import type { Dataset } from '../shared/domain/dataset.ts'
import type { Answer, CommandContext } from './command.ts'
import { Failure, WrongUsage } from './failure.ts'
import { cannotRead } from './selection.ts'
import { countOf } from './text.ts'

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html */
const MAX_PUT_BYTES = 5 * 1024 ** 3

/** Up to this size a file is put from memory, so that the SDK can try again by itself. */
const IN_MEMORY_BYTES = 64 * 2 ** 20

const sizeOf = async (file: string): Promise<number> => {
  const handle = await open(file).catch(cannotRead(file))
  try {
    return (await handle.stat()).size
  } finally {
    await handle.close()
  }
}

/** Copies a file into the hot bucket, from where it is aged. */
export const putObject = async (
  context: CommandContext,
  { hotPrefix }: Dataset,
  file: string,
): Promise<Answer> => {
  const key = `${hotPrefix}${basename(file)}`
  if (formatOfKey(key) === undefined)
    throw new WrongUsage(
      `${file}: expected a name that ends in .ndjson, .jsonl, .json or .csv, with or without .gz or .zst, or in .parquet`,
    )
  const bytes = await sizeOf(file)
  if (bytes > MAX_PUT_BYTES)
    throw new Failure(`${file} is larger than 5 GB: copy it with aws s3 cp, to ${key} in the hot bucket.`)
  const hot = await context.bucket('hot')
  const put = new PutObjectCommand({
    ...inBucket(hot),
    Key: key,
    Body: bytes <= IN_MEMORY_BYTES ? await readFile(file) : createReadStream(file),
    ContentLength: bytes,
    // what lies there waits to be archived
    IfNoneMatch: '*',
  })
  await hot.s3.send(put).catch((cause: unknown) => {
    if (statusOf(cause) !== 412) throw cause
    throw new Failure(
      `${key} is in the hot bucket already, and not yet archived: wait, or rename the file.`,
      {
        cause,
      },
    )
  })
  return {
    json: { bucket: hot.bucket, key, bytes },
    text: `${countOf(bytes, 'byte')} copied to s3://${hot.bucket}/${key}, to be archived.`,
  }
}
