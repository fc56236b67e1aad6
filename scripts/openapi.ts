import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeDocument } from './openapi/make-document.ts'

/** `npm run openapi`: writes docs/openapi.json, which the API serves. */
writeFileSync(
  join(import.meta.dirname, '../docs/openapi.json'),
  `${JSON.stringify(makeDocument(), null, 2)}\n`,
)
