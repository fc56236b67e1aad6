import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isMissing, linkedTests, rowsIn, sectionOf, tagsIn } from './table-rows.ts'

const section = sectionOf(readFileSync('docs/faults.md', 'utf8'), '## The restore table', '## Abuses')
const rows = rowsIn(section)
/** As they stand in the titles of tests. */
const tags = new Set(tagsIn('test/use-cases/restore-table.test.ts', /'\[(R\d+)\]/g))

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
    const linked = linkedTests(section)
    expect(linked).toHaveLength(3)
    expect(linked.filter(isMissing)).toEqual([])
  })
})
