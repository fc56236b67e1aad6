import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import * as z from 'zod'
import config from '../../icecore.config.ts'
import { literal } from '../../scripts/bake-config.ts'
import { bundleFunctions } from '../../scripts/bundle-functions.ts'
import { requireBuiltins } from '../../scripts/require-builtins.ts'
import { slimSdk, withPlainKeys } from '../../scripts/slim-sdk.ts'

const root = join(import.meta.dirname, '../..')
const scratch = mkdtempSync(join(tmpdir(), 'icecore-slim-'))
afterAll(() => rmSync(scratch, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

/** What a module exports that is bundled as functions are. */
const bundled = async (name: string, source: string): Promise<object> => {
  const outfile = join(scratch, `${name}.mjs`)
  await build({
    stdin: { contents: source, resolveDir: root },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    plugins: [requireBuiltins, slimSdk],
    logLevel: 'error',
  })
  return import(pathToFileURL(outfile).href)
}

const evaluated = async (name: string, code: string): Promise<object> => {
  const file = join(scratch, `${name}.mjs`)
  writeFileSync(file, code)
  return import(pathToFileURL(file).href)
}

describe('the AWS SDK in a bundle', () => {
  it.each([
    'client-s3',
    'client-sqs',
    'client-dynamodb',
    'client-s3-control',
    'client-eventbridge',
    'client-sts',
  ])('%s has the schemas that it has elsewhere', async (client) => {
    const path = `@aws-sdk/${client}/dist-es/schemas/schemas_0.js`
    const slim = await bundled(client, `export * from '${path}'`)
    const whole = Object.entries<object>(await import(join(root, 'node_modules', path)))
    expect(whole.length).toBeGreaterThan(10)
    for (const [name, schema] of whole)
      expect(JSON.stringify(Reflect.get(slim, name)), name).toBe(JSON.stringify(schema))
  })

  it('has no operation that nobody uses, and no way to credentials but the environment', async () => {
    const [bundle] = await bundleFunctions(root, ['archive-api'])
    const code = Buffer.from(bundle?.code ?? []).toString()
    expect(code).toContain('"GetObject"')
    for (const unused of ['GetBucketAnalyticsConfiguration', 'SSOClient', 'AssumeRoleWithWebIdentity'])
      expect(code).not.toContain(unused)
  })

  it('takes credentials from the environment', async () => {
    const module = await bundled(
      'credentials',
      `import { S3Client } from '@aws-sdk/client-s3'
       export const read = () => new S3Client({ region: 'us-east-1' }).config.credentials()`,
    )
    const { read } = z.object({ read: z.function({ output: z.promise(z.unknown()) }) }).parse(module)
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE')
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret')
    vi.stubEnv('AWS_SESSION_TOKEN', 'token')
    expect(await read()).toMatchObject({
      accessKeyId: 'AKIAEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    })
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined)
    await expect(read()).rejects.toThrow('environment')
  })

  it('keeps a key that stands for no text', () => {
    expect(withPlainKeys('const _a = "x";\nconst b = { [_a]: 1, [_c]: 2 }')).toBe(
      'const _a = "x";\nconst b = { "x": 1, [_c]: 2 }',
    )
  })
})

describe('the configuration in a bundle', () => {
  it('is what it is where it is written', async () => {
    const baked = await evaluated('config', `export default ${literal(config)}`)
    expect(Reflect.get(baked, 'default')).toEqual(config)
  })

  it.each<[string, unknown]>([
    ['text', 'a "b" \u2028 \\'],
    ['numbers', [0, -1.5, 2 ** 40, Number.POSITIVE_INFINITY]],
    ['what is not there', { a: null, b: undefined, c: true }],
    ['a map', new Map([['a', { b: new Map() }]])],
  ])('can hold %s', async (name, value) => {
    const module = await evaluated(name, `export default ${literal(value)}`)
    expect(Reflect.get(module, 'default')).toEqual(value)
  })

  it('can hold no code', () => {
    expect(() => literal({ a: [() => 1] })).toThrow('a function cannot be put into a bundle')
  })
})
