import { describe, expect, it } from 'vitest'
import { packageService } from '../support/package-service.ts'
import { accessRules, permissionTable } from './rules/access.ts'
import { queueRules } from './rules/queues.ts'
import { storageRules } from './rules/storage.ts'
import { templateSchema } from './template.ts'

const template = templateSchema.parse(packageService())
const rules = [...storageRules, ...queueRules, ...accessRules]

describe('[S1] [S10] [S13] the packaged template', () => {
  it.each(rules)('$name', ({ violations }) => {
    expect(violations(template)).toEqual([])
  })

  it('grants exactly the permissions in permissions.txt', async () => {
    await expect(`${permissionTable(template)}\n`).toMatchFileSnapshot('permissions.txt')
  })
})

describe('a template that breaks a rule', () => {
  it.each(rules)('is found out: $name', ({ violations, breakIt }) => {
    const broken = structuredClone(template)
    breakIt(broken)
    expect(violations(broken)).not.toEqual([])
  })
})
