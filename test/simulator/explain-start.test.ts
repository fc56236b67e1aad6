import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { readErrorLine } from '../../simulator/error-line.ts'
import { explainStart, findConfigMistake } from '../../simulator/explain-start.ts'

const parser = pathToFileURL(join(import.meta.dirname, '../../shared/domain/parse-config.ts')).href

const aFolder = (config?: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'icecore-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  if (config !== undefined) writeFileSync(join(folder, 'icecore.config.ts'), config)
  return folder
}

const aConfig = (after: string) => `import { defineConfig } from '${parser}'
export default defineConfig({ datasets: { orders: { id: 'id', time: { path: 'at' },
  classes: [{ after: '${after}', storageClass: 'STANDARD' }] } } })`

test('a mistake in the configuration is found before anything starts, and its field is named', async () => {
  expect(await findConfigMistake(aFolder(aConfig('0')))).toContain(
    'datasets.orders.classes.0.after: expected a duration such as 90d or 12h, got "0"',
  )
})

test('a right configuration, or none, is no mistake', async () => {
  expect(await findConfigMistake(aFolder(aConfig('0d')))).toBeUndefined()
  expect(await findConfigMistake(aFolder())).toBeUndefined()
})

test('a port in use is explained, however deep the cause lies', () => {
  const cause = Object.assign(new Error('listen'), { code: 'EADDRINUSE' })
  expect(explainStart(new Error('outer', { cause }), { port: 4566 })).toContain('Port 4566 is in use')
  expect(explainStart(new Error('other'), { port: 4566 })).toBeUndefined()
})

test.each([
  [
    '{"level":"ERROR","message":"task failed","error":{"name":"E","message":"no such key"}}',
    'task failed: no such key',
  ],
  ['{"level":"ERROR","message":"task failed","error":"text"}', 'task failed: text'],
  ['{"level":"ERROR","message":"alone"}', 'alone'],
  ['{"level":"INFO","message":"task done"}', undefined],
  ['no JSON', undefined],
])('of the log line %s an operator is told %s', (line, told) => {
  expect(readErrorLine(line)).toBe(told)
})
