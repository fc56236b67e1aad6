import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'

const root = join(import.meta.dirname, '../..')
const { scripts } = z
  .object({ scripts: z.object({ coverage: z.string(), 'test:outer': z.string() }) })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))

test('what is run with coverage and what is run without are all tests together, each once', () => {
  const inner = [...scripts.coverage.matchAll(/ test\/([\w-]+)(?= )/g)].map(([, folder]) => folder)
  expect(inner.length).toBeGreaterThan(2)
  expect(scripts['test:outer']).toBe(`vitest run --exclude='test/{${inner.join(',')}}/**'`)
})

test('CI runs both', () => {
  const ci = readFileSync(join(root, '.ci/run'), 'utf8')
  for (const half of ['coverage', 'test:outer']) expect(ci).toContain(`\nstep npm run ${half} -- `)
})
