import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { bundleFunctions } from '../../scripts/bundle-functions.ts'
import type { Case } from '../support/case.ts'
import { median } from '../support/judge.ts'

const ROOT = join(import.meta.dirname, '../..')
const NAMES = ['archive-api', 'age-records', 'seal-segments', 'hydrate-records']
const TIMES = 3

/** Every variable that some function asks for. */
const VARIABLES = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'x',
  AWS_SECRET_ACCESS_KEY: 'x',
  STAGE: 'dev',
  ACCOUNT_ID: '123456789012',
  CATALOG_TABLE: 'catalog',
  ARCHIVE_BUCKET: 'archive',
  REHYDRATED_BUCKET: 'rehydrated',
  THAW_QUEUE_URL: 'http://127.0.0.1/thaw',
  HYDRATE_QUEUE_URL: 'http://127.0.0.1/hydrate',
  REPLAY_QUEUE_ARN: '',
  POWERTOOLS_METRICS_NAMESPACE: 'icecore',
  POWERTOOLS_SERVICE_NAME: 'bench',
}

const PROBE = `
const before = process.cpuUsage(); const at = performance.now()
await import(process.argv[1])
const { user, system } = process.cpuUsage(before)
process.stdout.write(JSON.stringify({ ms: performance.now() - at, cpuMs: (user + system) / 1000 }))`

const importOnce = (file: string) =>
  z.object({ ms: z.number(), cpuMs: z.number() }).parse(
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', PROBE, file], {
        encoding: 'utf8',
        env: VARIABLES,
      }),
    ),
  )

const fileOf = (folder: string, name: string) => join(folder, name, 'handler.mjs')

/** A process of its own for each start: nothing is cached but the file. Processor time, for the machine may be busy. */
const icecore = async (folder: string) => {
  const figures: Record<string, number> = {}
  for (const name of NAMES) {
    const starts = Array.from({ length: TIMES }, () => importOnce(fileOf(folder, name)))
    figures[`${name} cpuMs`] = median(starts.map(({ cpuMs }) => cpuMs))
    figures[`${name} ms`] = median(starts.map(({ ms }) => ms))
  }
  return { megabytes: 0, figures }
}

export const coldStartCase: Case = {
  name: 'cold-start',
  what: 'import of the packaged bundles, until the handler is there; no function has a native part',
  goals: NAMES.map((name) => ({
    kind: 'figure',
    figure: `${name} cpuMs`,
    atMost: name === 'archive-api' ? 150 : 350,
  })),
  prepare: async (folder) => {
    for (const { name, code } of await bundleFunctions(ROOT, NAMES)) {
      await mkdir(dirname(fileOf(folder, name)), { recursive: true })
      await writeFile(fileOf(folder, name), code)
    }
  },
  contenders: { icecore },
}
