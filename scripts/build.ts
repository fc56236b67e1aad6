import { join } from 'node:path'
import { buildFunctions } from './build-functions.ts'

/** Builds the functions; what `serverless package` and `serverless deploy` run first. */
try {
  const built = await buildFunctions(join(import.meta.dirname, '..'))
  const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1024)}`.padStart(6)
  console.log(`${'function'.padEnd(20)}zip, KB  code, KB`)
  for (const { name, zipBytes, codeBytes } of built) {
    console.log(`${name.padEnd(20)} ${kilobytes(zipBytes)}   ${kilobytes(codeBytes)}`)
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
