import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { bundleFunctions } from '../../scripts/bundle-functions.ts'
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { DEFAULT_CREDENTIALS } from '../../simulator/host/host.ts'
import { lambdaVariables } from '../../simulator/host/runtime/lambda-variables.ts'
import type { Case } from '../support/case.ts'
import { median } from '../support/judge.ts'

const ROOT = join(import.meta.dirname, '../..')
const NAMES = ['archive-api', 'age-records', 'seal-segments', 'hydrate-records']
const TIMES = 3

/** What Lambda would set for each function of the deployment. Nobody answers at the endpoint, and an import asks nobody. */
const variablesOf = (folder: string) => {
  const endpoint = 'http://127.0.0.1:9'
  const { functions } = loadDeployment(ROOT, { endpoint })
  return (name: string) => {
    const definition = functions.find((each) => each.name === name)
    if (definition === undefined) throw new Error(`${name} is not deployed`)
    return lambdaVariables(definition, {
      endpoint,
      credentials: DEFAULT_CREDENTIALS,
      root: folder,
      tmp: folder,
    })
  }
}

const PROBE = `
const before = process.cpuUsage(); const at = performance.now()
await import(process.argv[1])
const { user, system } = process.cpuUsage(before)
process.stdout.write(JSON.stringify({ ms: performance.now() - at, cpuMs: (user + system) / 1000 }))`

const importOnce = (file: string, env: Record<string, string>) =>
  z.object({ ms: z.number(), cpuMs: z.number() }).parse(
    JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', PROBE, file], {
        encoding: 'utf8',
        env,
      }),
    ),
  )

const fileOf = (folder: string, name: string) => join(folder, name, 'handler.mjs')

/** A process of its own for each start: nothing is cached but the file. Processor time, for the machine may be busy. */
const icecore = async (folder: string) => {
  const figures: Record<string, number> = {}
  const variables = variablesOf(folder)
  for (const name of NAMES) {
    const starts = Array.from({ length: TIMES }, () => importOnce(fileOf(folder, name), variables(name)))
    figures[`${name} cpuMs`] = median(starts.map(({ cpuMs }) => cpuMs))
    figures[`${name} ms`] = median(starts.map(({ ms }) => ms))
  }
  // each start has memory of its own, of which this process knows nothing
  return { megabytes: 0, peakMegabytes: null, figures }
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
