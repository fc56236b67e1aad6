import { execFile } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const PLACES = ['shared/use-cases', 'shared/adapters/aws', 'functions/sweep', 'client', 'cli']

const SNIPPETS = {
  'an empty catch': {
    rule: 'lint/suspicious/noEmptyBlockStatements',
    text: 'try {\n  JSON.parse("1")\n} catch {}\n',
  },
  'a promise that nobody waits for': {
    rule: 'lint/nursery/noFloatingPromises',
    text: 'const work = async () => 1\nexport const run = () => {\n  work()\n}\n',
  },
  'a chain of promises that nobody waits for': {
    rule: 'lint/nursery/noFloatingPromises',
    text: 'const work = async () => 1\nexport const run = () => {\n  work().then(() => 2)\n}\n',
  },
  'nothing wrong in code that is as it should be': {
    rule: undefined,
    text: 'const work = async () => 1\nexport const run = async () => {\n  await work()\n}\n',
  },
}

const pathOf = (place: string, what: string) => `${place}/${what.replaceAll(' ', '-')}.ts`

/** By path, the rules that biome says are broken. */
const lint = (folder: string): Promise<ReadonlyMap<string, string>> =>
  new Promise((resolve) => {
    const args = ['lint', '--reporter=github', '--max-diagnostics=none', '.']
    execFile(join(ROOT, 'node_modules/.bin/biome'), args, { cwd: folder }, (_, stdout) => {
      const found = stdout.matchAll(/title=([^,]+),file=[^,]*?icecore-lint-\w+\/([^,]+),/g)
      resolve(new Map([...found].map(([, rule = '', path = '']) => [path, rule])))
    })
  })

describe('the linter of this project', () => {
  let folder: string
  let broken: ReadonlyMap<string, string>
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'icecore-lint-'))
    const config = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8'))
    await writeFile(join(folder, 'biome.json'), JSON.stringify({ ...config, vcs: { enabled: false } }))
    for (const place of PLACES)
      for (const [what, { text }] of Object.entries(SNIPPETS)) {
        const path = join(folder, pathOf(place, what))
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, text)
      }
    broken = await lint(folder)
  })
  afterAll(() => rm(folder, { recursive: true }))

  it.each(
    PLACES.flatMap((place) => Object.entries(SNIPPETS).map(([what, { rule }]) => ({ place, what, rule }))),
  )('finds, in $place, $what', ({ place, what, rule }) => {
    expect(broken.get(pathOf(place, what))).toBe(rule)
  })
})

/** What biome lets pass: a catch of nothing but comments, and an error that is caught and thrown away. */
const SWALLOWS = [
  /catch\s*(\([^)]*\))?\s*\{(\s|\/\/[^\n]*|\/\*[^*]*\*\/)*\}/,
  /\.catch\(\s*(async\s*)?\([^)]*\)\s*=>\s*(undefined|null|\{\s*\})\s*\)/,
]

describe('no error is swallowed', () => {
  it('in what is deployed, in the client and in the command line', () => {
    const sources = globSync('{shared,functions,client,cli}/**/*.ts', { cwd: ROOT })
    const swallowing = sources.filter((path) => {
      const text = readFileSync(join(ROOT, path), 'utf8')
      return SWALLOWS.some((pattern) => pattern.test(text))
    })
    expect(sources.length).toBeGreaterThan(150)
    expect(swallowing).toEqual([])
  })

  it.each([
    'try { a() } catch {}',
    'try { a() } catch (error) {\n  // never mind\n}',
    'a().catch(() => undefined)',
    'a().catch((error: unknown) => {})',
  ])('as %j would', (text) => {
    expect(SWALLOWS.some((pattern) => pattern.test(text))).toBe(true)
  })
})
