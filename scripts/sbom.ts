import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string(),
      integrity: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().default(false),
    }),
  ),
})

const FOLDER = 'node_modules/'

/** `pkg:npm/%40scope/name@version`, as package URLs are written. */
const purlOf = (name: string, version: string) => `pkg:npm/${name.replace('@', '%40')}@${version}`

const hashOf = (integrity: string) => ({
  alg: 'SHA-512',
  content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex'),
})

/**
 * The bill of materials (CycloneDX) of what the functions are bundled from: every package that is installed with their
 * dependencies. Out of the lock file, so the same lock gives the same bytes; `npm sbom` leaves out some of them.
 */
export const makeSbom = (root: string) => {
  const { packages } = lockSchema.parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))
  const components = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && !dev)
    .map(([path, { version, integrity, license }]) => {
      const name = path.slice(path.lastIndexOf(FOLDER) + FOLDER.length)
      return {
        type: 'library',
        'bom-ref': path,
        name,
        version,
        purl: purlOf(name, version),
        ...(integrity !== undefined && { hashes: [hashOf(integrity)] }),
        ...(license !== undefined && { licenses: [{ expression: license }] }),
      }
    })
  const component = { type: 'application', name: 'icecore', version: packages['']?.version }
  return { bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, metadata: { component }, components }
}

export const writeSbom = (root: string, file: string): void => {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(makeSbom(root), null, 2)}\n`)
}
