import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Plugin } from 'esbuild'

/**
 * Leaves out of the AWS SDK what a Lambda function never needs. Lambda hands over credentials in the environment, so that the other
 * ways to them (profiles, SSO, web identity, metadata of EC2 and ECS, and four clients for these) are an eighth of a function's code.
 * The command line, which is not bundled, keeps the whole chain.
 */
const CREDENTIALS = `
import { fromEnv } from '@aws-sdk/credential-provider-env'
export const defaultProvider = fromEnv`

/** Browsers' streams, which Node loads once somebody looks at them: the SDK looks as it is loaded, for bodies that only browsers get. */
const WEB_STREAM = 'export class ChecksumStream {}'

const TEXT_CONSTANT = /^const (_\w*) = ("[^"\\]*");$/gm
const COMPUTED_KEY = /\[(_\w*)\]:/g

/**
 * Schemas of a client's operations, with the names of their keys put in. A computed key may have an effect for all that the bundler
 * knows, so it would keep all operations; without them it keeps those that are used: of S3's 105 KB a fifth.
 */
export const withPlainKeys = (schemas: string): string => {
  const texts = new Map([...schemas.matchAll(TEXT_CONSTANT)].map(([, name, text]) => [name, text]))
  return schemas.replace(COMPUTED_KEY, (computed, name) => {
    const text = texts.get(name)
    return text === undefined ? computed : `${text}:`
  })
}

export const slimSdk: Plugin = {
  name: 'slim-sdk',
  setup: ({ onResolve, onLoad }) => {
    onResolve({ filter: /^@aws-sdk\/credential-provider-node$/ }, ({ importer }) => ({
      path: 'credential-provider',
      namespace: 'slim-sdk',
      pluginData: dirname(importer),
      sideEffects: false,
    }))
    onLoad({ filter: /^credential-provider$/, namespace: 'slim-sdk' }, ({ pluginData }) => ({
      contents: CREDENTIALS,
      resolveDir: pluginData,
    }))
    onLoad(
      { filter: /[\\/]client-[a-z0-9-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ },
      async ({ path }) => ({
        contents: withPlainKeys(await readFile(path, 'utf8')),
      }),
    )
    onLoad({ filter: /[\\/]ChecksumStream\.browser\.js$/ }, () => ({ contents: WEB_STREAM }))
  },
}
