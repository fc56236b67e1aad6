import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isMissing, linkedTests, rowsIn, tagsIn } from './table-rows.ts'

/** As it stands in the title of a test. */
const TAG = /\[([FS]\d+)\]/g

const expectedTags = [
  ...Array.from({ length: 20 }, (_, index) => `F${index + 1}`),
  ...Array.from({ length: 15 }, (_, index) => `S${index + 1}`),
]

/** Tag to the files with a test that names it. */
const readTags = (): ReadonlyMap<string, ReadonlySet<string>> => {
  const files = new Map<string, Set<string>>()
  for (const file of globSync('test/**/*.test.ts'))
    for (const tag of tagsIn(file, TAG)) files.set(tag, (files.get(tag) ?? new Set()).add(file))
  return files
}

// what goes wrong, what must hold, which tests show it, what they showed last
const rows = rowsIn(readFileSync('docs/faults.md', 'utf8')).filter(({ tag }) => /^[FS]/.test(tag))
const tags = readTags()

describe('the table of faults and abuses', () => {
  it('has every row once', () => {
    expect(rows.map(({ tag }) => tag)).toEqual(expectedTags)
  })

  it.each(rows)('$tag says what must hold, how it is tested and what was seen', ({ cells }) => {
    expect(cells).toHaveLength(4)
    for (const cell of cells) expect(cell.trim()).not.toBe('')
  })

  it.each(rows)('$tag links exactly the tests that name it', ({ tag, cells }) => {
    const linked = linkedTests(cells[2] ?? '')
    const named = [...(tags.get(tag) ?? [])]
    // a file that is no test, such as a script or the simulation, may be linked besides
    expect(linked.filter((file) => file.endsWith('.test.ts')).toSorted()).toEqual(named.toSorted())
    expect(named.length).toBeGreaterThan(0)
    expect(linked.filter(isMissing)).toEqual([])
  })

  it('has a row for every tag that a test names', () => {
    expect([...tags.keys()].filter((tag) => !expectedTags.includes(tag))).toEqual([])
  })
})
