import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Act } from '../../cli/command.ts'
import { makeProgram } from '../../cli/run.ts'
import { globalSection, leavesOf, sectionOf } from './command-section.ts'

const nothing = () => undefined
const act: Act = () => async () => undefined
const program = makeProgram({ out: nothing, err: nothing }, act)
const doc = readFileSync('docs/cli.md', 'utf8')
const leaves = leavesOf(program)

describe('the page of the command line', () => {
  it.each(leaves)('says of icecore $path what its help says', (leaf) => {
    expect(doc).toContain(`${sectionOf(leaf)}\n`)
  })

  it('has the options of all commands', () => {
    expect(doc).toContain(`${globalSection(program)}\n`)
  })

  it('has no command that is not there', () => {
    const titles = [...doc.matchAll(/^## icecore .*$/gm)].map(([title]) => title)
    expect(titles.toSorted()).toEqual(leaves.map((leaf) => sectionOf(leaf).split('\n')[0]).toSorted())
    expect(titles.length).toBeGreaterThan(10)
  })
})
