import { describe, expect, it } from 'vitest'
import document from '../../docs/openapi.json' with { type: 'json' }
import { loadDeployment } from '../../simulator/host/deployment/load-deployment.ts'
import { packageService } from '../support/package-service.ts'
import { permissionsPage } from './permissions-page.ts'
import { accessRules } from './rules/access.ts'
import { alarmRules } from './rules/alarms.ts'
import { deploymentRules } from './rules/deployments.ts'
import { queueRules } from './rules/queues.ts'
import { storageRules } from './rules/storage.ts'
import { at, list, resourcesOf, templateSchema } from './template.ts'

const packaged = await packageService()
const template = templateSchema.parse(packaged)
const rules = [...storageRules, ...queueRules, ...accessRules, ...alarmRules, ...deploymentRules]

describe('[S1] [S10] [S13] the packaged template', () => {
  it.each(rules)('$name', ({ violations }) => {
    expect(violations(template)).toEqual([])
  })

  it('grants exactly the permissions in docs/permissions.md', async () => {
    await expect(permissionsPage(template)).toMatchFileSnapshot('../../docs/permissions.md')
  })

  it('lets callers have what their policies say, by every route once at least', () => {
    const callable = resourcesOf(template, 'AWS::IAM::ManagedPolicy').flatMap(({ Properties }) =>
      list(at(Properties, 'PolicyDocument.Statement'))
        .flatMap((statement) => list(at(statement, 'Resource')))
        .flatMap((resource) => String(at(resource, 'Fn::Sub')).split('$default/').slice(1)),
    )
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(({ Properties }) =>
      String(Properties.RouteKey)
        .replace(' /', '/')
        .replaceAll(/\{[^}]+\}/g, 'x'),
    )
    const matches = (pattern: string, route: string) =>
      new RegExp(`^${pattern.replaceAll('.', '[.]').replaceAll('*', '.+')}$`).test(route)
    expect(routes.filter((route) => !callable.some((one) => matches(one, route)))).toEqual([])
    expect(callable.filter((one) => !routes.some((route) => matches(one, route)))).toEqual([])
    const mayExpedite = callable.filter((one) => matches(one, 'POST/rehydrations/expedited'))
    const mayApprove = callable.filter((one) => matches(one, 'POST/rehydrations/x/approval'))
    expect([mayExpedite.length, mayApprove.length]).toEqual([1, 1])
  })
})

describe('[S1] pages of other origins', () => {
  const corsOf = (document: unknown) => at(document, 'Resources.HttpApi.Properties.CorsConfiguration')

  it('may not call the API unless they are named', () => {
    expect(corsOf(packaged)).toBeUndefined()
    expect(loadDeployment(process.cwd()).cors).toBeNull()
  })

  it('may call it where they are, and see all that it answers', async () => {
    const documented = JSON.stringify(document).matchAll(/"(icecore-[a-z]+|etag|location)"/g)
    const cors = corsOf(await packageService('--param', 'corsOrigins=https://a.example,https://b.example'))
    expect(cors).toMatchObject({
      AllowOrigins: ['https://a.example', 'https://b.example'],
      AllowHeaders: expect.arrayContaining(['authorization', 'idempotency-key', 'x-amz-security-token']),
      ExposeHeaders: [...new Set([...documented].map(([, name]) => name))].toSorted(),
    })
    expect(cors).not.toHaveProperty('AllowCredentials')
    const simulated = loadDeployment(process.cwd(), {
      corsOrigins: 'https://a.example,https://b.example',
    }).cors
    expect(cors).toEqual({
      AllowOrigins: simulated?.allowOrigins,
      AllowMethods: simulated?.allowMethods,
      AllowHeaders: simulated?.allowHeaders,
      ExposeHeaders: simulated?.exposeHeaders,
      MaxAge: simulated?.maxAge,
    })
  })
})

describe('a template that breaks a rule', () => {
  it.each(rules)('is found out: $name', ({ violations, breakIt }) => {
    const broken = structuredClone(template)
    breakIt(broken)
    expect(violations(broken)).not.toEqual([])
  })
})
