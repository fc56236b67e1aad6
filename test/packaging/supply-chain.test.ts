import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { bundleFunctions, functionNames } from '../../scripts/bundle-functions.ts'
import { writeSbom } from '../../scripts/sbom.ts'

const REGISTRY = 'https://registry.npmjs.org/'

const root = join(import.meta.dirname, '../..')
const scratch = mkdtempSync(join(tmpdir(), 'icecore-sbom-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const read = <Content>(path: string, schema: z.ZodType<Content>): Content =>
  schema.parse(JSON.parse(readFileSync(path, 'utf8')))

const versions = z.record(z.string(), z.string())

const manifest = read(
  join(root, 'package.json'),
  z.object({ dependencies: versions, devDependencies: versions }),
)

const lock = read(
  join(root, 'package-lock.json'),
  z.object({
    lockfileVersion: z.number(),
    packages: z.record(
      z.string(),
      z.object({
        version: z.string().optional(),
        resolved: z.string().optional(),
        integrity: z.string().optional(),
        dev: z.boolean().optional(),
      }),
    ),
  }),
)

const installed = Object.entries(lock.packages).filter(([path]) => path !== '')

const sbomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      purl: z.string().startsWith('pkg:npm/'),
      hashes: z.array(z.object({ content: z.string().length(128) })).length(1),
    }),
  ),
})

/** The package that a path in node_modules is of. */
const packageOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)

describe('[S15] the supply chain', () => {
  test('has exact versions only', () => {
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect(`${name} ${version}`).toMatch(/ \d+\.\d+\.\d+(-[\w.]+)?$/)
  })

  test('is locked: every package comes from the npm registry with its hash', () => {
    expect(installed.length).toBeGreaterThan(100)
    for (const [path, { version, resolved, integrity }] of installed) {
      expect(version, path).toBeDefined()
      // left out where it is the registry that npm is told of
      expect(resolved ?? REGISTRY, path).toContain(REGISTRY)
      expect(integrity, path).toMatch(/^sha512-[\w+/]{86}==$/)
    }
  })

  test('is short: few packages are chosen to be deployed', () => {
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(18)
    expect(installed.filter(([, { dev }]) => dev !== true).length).toBeLessThan(100)
  })

  test('has a bill of materials that names every package in the bundles', async () => {
    const file = join(scratch, '.build/sbom.json')
    writeSbom(root, file)
    const { components } = read(file, sbomSchema)
    const named = new Set(components.map(({ name, version }) => `${name}@${version}`))
    const bundles = await bundleFunctions(root, functionNames(root))
    const sources = bundles.flatMap(
      ({ sourceMap }) =>
        z.object({ sources: z.array(z.string()) }).parse(JSON.parse(Buffer.from(sourceMap).toString()))
          .sources,
    )
    const folders = new Set(
      sources.flatMap(
        (source) => /(node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1] ?? [],
      ),
    )
    expect(folders.size).toBeGreaterThan(20)
    for (const folder of folders)
      expect(named).toContain(`${packageOf(folder)}@${lock.packages[folder]?.version}`)
  })
})
