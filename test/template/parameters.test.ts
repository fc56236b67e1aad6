import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { packageService } from '../support/package-service.ts'
import { references } from './references.ts'
import { at, resourcesOf, templateSchema } from './template.ts'

const plugin = (name: string) => import(pathToFileURL(join(import.meta.dirname, '../../plugins', name)).href)
const { lockObjects } = await plugin('lock-objects.js')
const { useYourOwn } = await plugin('use-your-own.js')

const { askForTokens } = await plugin('ask-for-tokens.js')

const packaged = await packageService('--stage', 'prod')
const nothing = { keyArn: '', hotBucket: '', recordsQueueArn: '' }

const changed = (change: (template: unknown) => void) => {
  const template = structuredClone(packaged)
  change(template)
  return template
}

const dangling = (template: unknown) => {
  const known = Object.keys(templateSchema.parse(template).Resources)
  return [...references(template)].filter((id) => !known.includes(id))
}

/** For each, the resources that are gone and what stands in the place of the first. */
const own = [
  {
    what: 'a key',
    given: { keyArn: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab' },
    gone: ['ArchiveKey', 'ArchiveKeyAlias'],
    where: 'Resources.SealQueue.Properties.KmsMasterKeyId',
    stands: 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
  },
  {
    what: 'a hot bucket',
    given: { hotBucket: 'orders-export' },
    gone: ['HotBucket', 'HotBucketPolicy'],
    where: 'Resources.AgeDashobjectsLambdaFunction.Properties.Environment.Variables.HOT_BUCKET',
    stands: 'orders-export',
  },
  {
    what: 'a records queue',
    given: { recordsQueueArn: 'arn:aws:sqs:us-east-1:111122223333:orders' },
    gone: ['RecordsQueue', 'RecordsQueuePolicy'],
    where: 'Resources.SendDashcanaryLambdaFunction.Properties.Environment.Variables.RECORDS_QUEUE_URL',
    stands: { 'Fn::Sub': `https://sqs.us-east-1.\${AWS::URLSuffix}/111122223333/orders` },
  },
]

it('the template refers to nothing that it does not have', () => {
  expect(dangling(packaged)).toEqual([])
  expect(references(packaged).size).toBeGreaterThan(100)
})

it('a reference to nothing is found', () => {
  expect(
    dangling(changed((template) => Reflect.deleteProperty(Object(at(template, 'Resources')), 'ArchiveKey'))),
  ).toEqual(['ArchiveKey'])
})

describe('of your own', () => {
  it.each(own)('$what takes the place of the one that would be made', ({ given, gone, where, stands }) => {
    const template = changed((all) => useYourOwn(all, { ...nothing, ...given }))
    expect(dangling(template)).toEqual([])
    for (const id of gone) expect(at(template, `Resources.${id}`)).toBeUndefined()
    expect(at(template, where)).toEqual(stands)
    const left = JSON.stringify(template)
    for (const id of gone) expect(left).not.toContain(`"${id}"`)
  })

  it('all three go together, and leave the rest as it was', () => {
    const given = Object.assign({}, ...own.map((one) => one.given))
    const template = changed((all) => useYourOwn(all, given))
    expect(dangling(template)).toEqual([])
    const count = (of: unknown) => Object.keys(templateSchema.parse(of).Resources).length
    expect(count(template)).toBe(count(packaged) - 6)
  })

  it('a hot bucket may tell the objects queue of what is put, and no other bucket may', () => {
    const template = changed((all) => useYourOwn(all, { ...nothing, hotBucket: 'orders-export' }))
    const policy = at(template, 'Resources.ObjectsQueuePolicy.Properties.PolicyDocument.Statement.0')
    expect(at(policy, 'Condition.ArnEquals.aws:SourceArn')).toEqual({
      'Fn::Sub': `arn:\${AWS::Partition}:s3:::orders-export`,
    })
  })

  it('a records queue may use the dead letters, and no other queue may', () => {
    const [queue] = own.slice(2)
    const template = changed((all) => useYourOwn(all, { ...nothing, ...queue?.given }))
    const allowed = at(template, 'Resources.RecordsDeadLetters.Properties.RedriveAllowPolicy.sourceQueueArns')
    expect(allowed).toEqual(['arn:aws:sqs:us-east-1:111122223333:orders'])
  })

  it('nothing changes nothing', () => {
    expect(changed((all) => useYourOwn(all, nothing))).toEqual(packaged)
  })

  it.each([
    [{ keyArn: 'alias/mine' }, 'keyArn: expected the ARN of a KMS key, got "alias/mine"'],
    [{ hotBucket: 's3://x' }, 'hotBucket: expected the name of a bucket'],
    [{ recordsQueueArn: 'arn:aws:sqs:us-east-1:111122223333:x.fifo' }, 'the ARN of a standard SQS queue'],
  ])('%j is refused', (given, told) => {
    expect(() => changed((all) => useYourOwn(all, { ...nothing, ...given }))).toThrow(told)
  })
})

describe('[S1] tokens', () => {
  const tokens = { issuer: 'https://id.example', audience: 'records,tools' }
  const routesOf = (template: unknown) =>
    resourcesOf(templateSchema.parse(template), 'AWS::ApiGatewayV2::Route')

  it('are asked for by every route, each with its scopes, where an issuer is given', () => {
    const template = changed((all) => askForTokens(all, tokens))
    expect(dangling(template)).toEqual([])
    expect(at(template, 'Resources.HttpApiTokens.Properties.JwtConfiguration')).toEqual({
      Issuer: 'https://id.example',
      Audience: ['records', 'tools'],
    })
    const routes = routesOf(template)
    expect(routes.length).toBeGreaterThan(10)
    for (const { Properties } of routes) {
      expect(Properties).toMatchObject({ AuthorizationType: 'JWT', AuthorizerId: { Ref: 'HttpApiTokens' } })
      expect(Properties.AuthorizationScopes).not.toEqual([])
    }
    const having = (scope: string) =>
      routes
        .filter(({ Properties }) => JSON.stringify(Properties.AuthorizationScopes).includes(`"${scope}"`))
        .map(({ Properties }) => Properties.RouteKey)
    expect(having('icecore/expedite')).toEqual(['POST /rehydrations/expedited'])
    expect(having('icecore/approve').toSorted()).toEqual([
      'GET /rehydrations',
      'GET /rehydrations/{rehydrationId}',
      'POST /rehydrations/{rehydrationId}/approval',
    ])
    expect(having('icecore/read').filter((route) => String(route).includes('rehydrations'))).toEqual([])
  })

  it('are not asked for unless one is', () => {
    expect(changed((all) => askForTokens(all, { issuer: '', audience: '' }))).toEqual(packaged)
    for (const { Properties } of routesOf(packaged)) expect(Properties.AuthorizationType).toBe('AWS_IAM')
  })

  it.each([
    { issuer: 'https://id.example', audience: '' },
    { issuer: '', audience: 'records' },
    { issuer: 'http://id.example', audience: 'records' },
  ])('%j is refused', (given) => {
    expect(() => changed((all) => askForTokens(all, given))).toThrow('expected an https URL')
  })
})

describe('parameters of the command line', async () => {
  const given = await packageService(
    ...['--stage', 'prod', '--param', 'objectLockDays=30', '--param', 'canary=false'],
  )
  const scheduled = (template: unknown) =>
    resourcesOf(templateSchema.parse(template), 'AWS::Events::Rule').map(({ Properties }) => [
      at(Properties, 'Targets.0.Arn.Ref'),
      Properties.State,
    ])

  it('are taken as the numbers that they are', () => {
    const rule = at(given, 'Resources.ArchiveBucket.Properties.ObjectLockConfiguration.Rule')
    expect(rule).toEqual({ DefaultRetention: { Mode: 'GOVERNANCE', Days: 30 } })
  })

  it('turn the canary off with its alarms, and nothing else', () => {
    expect(scheduled(packaged)).toContainEqual(['SendDashcanaryAlias', 'ENABLED'])
    const on = ({ 1: state }: unknown[]) => state === 'ENABLED'
    expect(scheduled(given)).toContainEqual(['SendDashcanaryAlias', 'DISABLED'])
    expect(scheduled(given).filter(on)).toHaveLength(scheduled(packaged).filter(on).length - 1)
    const ids = Object.keys(templateSchema.parse(given).Resources)
    const gone = Object.keys(templateSchema.parse(packaged).Resources).filter((id) => !ids.includes(id))
    expect(gone).toEqual(['CanaryMissingAlarm', 'CanaryFailedAlarm', 'CanarySilentAlarm'])
  })
})

describe('Object Lock', () => {
  it('is off unless days are given', () => {
    expect(at(packaged, 'Resources.ArchiveBucket.Properties.ObjectLockEnabled')).toBeUndefined()
    expect(changed((all) => lockObjects(all, { days: 0, mode: 'GOVERNANCE' }))).toEqual(packaged)
  })

  it('locks the archive, and no other bucket', () => {
    const template = changed((all) => lockObjects(all, { days: 30, mode: 'COMPLIANCE' }))
    const locked = resourcesOf(templateSchema.parse(template), 'AWS::S3::Bucket').filter(
      ({ Properties }) => Properties.ObjectLockEnabled === true,
    )
    expect(locked.map(({ id }) => id)).toEqual(['ArchiveBucket'])
    expect(at(template, 'Resources.ArchiveBucket.Properties.ObjectLockConfiguration.Rule')).toEqual({
      DefaultRetention: { Mode: 'COMPLIANCE', Days: 30 },
    })
  })

  it.each([
    [{ days: -1, mode: 'GOVERNANCE' }, 'objectLockDays: expected whole days'],
    [{ days: '', mode: 'GOVERNANCE' }, 'objectLockDays: expected whole days'],
    [{ days: '1.5', mode: 'GOVERNANCE' }, 'objectLockDays: expected whole days'],
    [{ days: 40_000, mode: 'GOVERNANCE' }, 'objectLockDays: expected whole days'],
    [{ days: 1, mode: 'governance' }, 'objectLockMode: expected one of GOVERNANCE, COMPLIANCE'],
  ])('%j is refused', (given, told) => {
    expect(() => changed((all) => lockObjects(all, given))).toThrow(told)
  })
})
