import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { PARQUET_BOMBS } from './parquet-bombs.ts'

const lineSchema = z.object({
  bomb: z.string(),
  rows: z.number(),
  cpuSeconds: z.number(),
  megabytes: z.number(),
  ended: z.string(),
})

const run = promisify(execFile)

test('[S5] no Parquet bomb takes memory or time: each ends with an error of its own', async () => {
  const script = join(import.meta.dirname, 'read-bombs.ts')
  const { stdout } = await run(process.execPath, ['--max-old-space-size=512', script])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => lineSchema.parse(JSON.parse(line)))
  expect(lines.map(({ bomb }) => bomb)).toEqual([...PARQUET_BOMBS.keys()])
  for (const { bomb, rows, megabytes, cpuSeconds, ended } of lines) {
    expect(ended, bomb).toMatch(/^(SourceCorrupt|DecompressionLimit): parquet/)
    expect(rows, bomb).toBeLessThan(2000)
    expect(megabytes, bomb).toBeLessThan(512)
    // of the processor, not of the clock: other tests run beside this one
    expect(cpuSeconds, bomb).toBeLessThan(20)
    expect(ended.length, bomb).toBeLessThan(200)
  }
})
