import { expect, test } from 'vitest'
import { apiEventSchema, callerOf } from '../../functions/archive-api/event.ts'

const TOKENS = { issuer: 'https://id.example', account: '123456789012' }
const GOOD = { iss: 'https://id.example', sub: 'analyst-1' }
const IAM = { accountId: '123456789012', userArn: 'arn:aws:iam::123456789012:user/analyst' }

const event = (authorizer: unknown) =>
  apiEventSchema.parse({ routeKey: 'GET /datasets', requestContext: { requestId: 'r', authorizer } })

test('[S1] a token of the issuer is a caller of the account, where the deployment takes tokens', () => {
  expect(callerOf(event({ jwt: { claims: GOOD, scopes: null } }), TOKENS)).toEqual({
    account: '123456789012',
    principal: 'https://id.example#analyst-1',
  })
})

test('[S1] a token is nobody where the deployment takes none', () => {
  expect(callerOf(event({ jwt: { claims: GOOD } }))).toBeUndefined()
})

test.each([
  { ...GOOD, iss: 'https://other.example' },
  { ...GOOD, sub: '' },
  { ...GOOD, sub: 1 },
  { iss: GOOD.iss },
  { sub: GOOD.sub },
  {},
])('[S1] a token with the claims %j is nobody', (claims) => {
  expect(callerOf(event({ jwt: { claims } }), TOKENS)).toBeUndefined()
})

test('[S1] an IAM identity is a caller as before, and no subject of a token can be one', () => {
  expect(callerOf(event({ iam: IAM }), TOKENS)?.principal).toBe(IAM.userArn)
  const forged = callerOf(event({ jwt: { claims: { ...GOOD, sub: IAM.userArn } } }), TOKENS)
  expect(forged?.principal).not.toBe(IAM.userArn)
  expect(callerOf(event(null), TOKENS)).toBeUndefined()
  expect(callerOf(event({}), TOKENS)).toBeUndefined()
})
