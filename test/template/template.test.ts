import { describe, expect, it } from 'vitest'
import document from '../../docs/openapi.json' with { type: 'json' }
import { packageService } from '../support/package-service.ts'
import { accessRules, permissionTable } from './rules/access.ts'
import { alarmRules } from './rules/alarms.ts'
import { queueRules } from './rules/queues.ts'
import { storageRules } from './rules/storage.ts'
import { at, templateSchema } from './template.ts'

const packaged = packageService()
const template = templateSchema.parse(packaged)
const rules = [...storageRules, ...queueRules, ...accessRules, ...alarmRules]

describe('[S1] [S10] [S13] the packaged template', () => {
  it.each(rules)('$name', ({ violations }) => {
    expect(violations(template)).toEqual([])
  })

  it('grants exactly the permissions in permissions.txt', async () => {
    await expect(`${permissionTable(template)}\n`).toMatchFileSnapshot('permissions.txt')
  })
})

describe('[S1] pages of other origins', () => {
  /** What CloudFormation makes of the setting that is chosen by whether any origin is named. */
  const corsOf = (document: unknown) => {
    const [condition, some, none] = [0, 1, 2].map((index) =>
      at(document, `Resources.HttpApi.Properties.CorsConfiguration.Fn::If.${index}`),
    )
    const equals = at(document, `Conditions.${String(condition)}.Fn::Not.0.Fn::Equals`)
    return at(equals, '0') === at(equals, '1') ? none : some
  }

  it('may not call the API unless they are named', () => {
    expect(corsOf(packaged)).toEqual({ Ref: 'AWS::NoValue' })
  })

  it('may call it where they are, and see all that it answers', () => {
    const documented = JSON.stringify(document).matchAll(/"(icecore-[a-z]+|etag|location)"/g)
    const cors = corsOf(packageService('--param', 'corsOrigins=https://a.example,https://b.example'))
    expect(cors).toMatchObject({
      AllowOrigins: { 'Fn::Split': [',', 'https://a.example,https://b.example'] },
      AllowHeaders: expect.arrayContaining(['authorization', 'idempotency-key', 'x-amz-security-token']),
      ExposeHeaders: [...new Set([...documented].map(([, name]) => name))].toSorted(),
    })
    expect(cors).not.toHaveProperty('AllowCredentials')
  })
})

describe('a template that breaks a rule', () => {
  it.each(rules)('is found out: $name', ({ violations, breakIt }) => {
    const broken = structuredClone(template)
    breakIt(broken)
    expect(violations(broken)).not.toEqual([])
  })
})
