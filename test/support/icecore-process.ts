import { join } from 'node:path'
import { type KillableProcess, startKillable } from './killable-process.ts'

const root = join(import.meta.dirname, '../..')

/** What a user starts, on what is in `dataDir`. It is ready with the endpoint of its cloud. */
export const startIcecore = (options: {
  readonly dataDir: string
  readonly environment?: Readonly<Record<string, string>>
}): KillableProcess =>
  startKillable({
    command: 'npm',
    arguments: ['start', '--', '--serve', '--data', options.dataDir],
    folder: root,
    ready: /AWS {7}(http\S+) /,
    ...(options.environment && { environment: options.environment }),
  })
