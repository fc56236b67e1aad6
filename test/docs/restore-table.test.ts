import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const ROW = /^\| (R\d+) \| (.+) \|$/gm
/** As it stands in the title of a test. */
const TAG = /'\[(R\d+)\]/g
const LINK = /\]\(\.\.\/(test\/[^)]+)\)/g

const page = readFileSync('docs/faults.md', 'utf8')
const section = page.slice(page.indexOf('## The restore table'), page.indexOf('## Abuses'))
const rows = [...section.matchAll(ROW)].map(([, tag = '', cells = '']) => ({
  tag,
  cells: cells.split(' | '),
}))
const tests = readFileSync('test/use-cases/restore-table.test.ts', 'utf8')
const tags = new Set([...tests.matchAll(TAG)].map(([, tag]) => tag))

describe('the restore table', () => {
  it('has every row once, in order', () => {
    expect(rows.length).toBeGreaterThanOrEqual(15)
    expect(rows.map(({ tag }) => tag)).toEqual(rows.map((_, index) => `R${index + 1}`))
  })

  it.each(rows)('$tag says what S3 answers and what is done then', ({ cells }) => {
    expect(cells).toHaveLength(3)
    for (const cell of cells) expect(cell.trim()).not.toBe('')
  })

  it('has a test for every row, and no test has another', () => {
    expect([...tags]).toEqual(rows.map(({ tag }) => tag))
  })

  it('links tests that are there', () => {
    const linked = [...section.matchAll(LINK)].map(([, file = '']) => file)
    expect(linked).toHaveLength(3)
    expect(linked.filter((file) => !existsSync(file))).toEqual([])
  })
})
