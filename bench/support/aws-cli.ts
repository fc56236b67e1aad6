import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, createWriteStream } from 'node:fs'
import { delimiter, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { region } from '../../simulator/account.ts'

const NAME = 'aws'

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

/** The AWS CLI that a shell would find here; undefined where none is installed. */
export const findAwsCli = (path = process.env.PATH ?? ''): string | undefined =>
  path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, NAME))
    .find(isProgram)

export type Download = {
  /** The AWS CLI. */
  readonly program: string
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** `s3://bucket/key` of a gzip file. */
  readonly from: string
  /** The file that gets its text. */
  readonly to: string
}

/** `aws s3 cp FROM - | gunzip > TO`, as one would type it. */
export const downloadAndGunzip = async ({ program, endpoint, credentials, from, to }: Download) => {
  const env = {
    ...process.env,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_DEFAULT_REGION: region,
  }
  const copy = spawn(program, ['--endpoint-url', endpoint, 's3', 'cp', '--quiet', from, '-'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  // from one program to the other without a way through this one
  const gunzip = spawn('gunzip', ['-c'], { stdio: [copy.stdout, 'pipe', 'inherit'] })
  copy.stdout.destroy()
  const ends = [once(copy, 'exit'), once(gunzip, 'exit')]
  await pipeline(gunzip.stdout, createWriteStream(to))
  for (const [code] of await Promise.all(ends))
    if (code !== 0) throw new Error(`aws s3 cp ${from} - | gunzip ended with ${code}`)
}
