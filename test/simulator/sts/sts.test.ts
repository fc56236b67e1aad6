import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { expect, onTestFinished, test } from 'vitest'
import { aCloud, goodCredentials } from '../wire/cloud-fixture.ts'

const anStsClient = async (credentials = goodCredentials) => {
  const { cloud } = await aCloud({
    credentials: new Map([
      ['a&b', 'secret'],
      ['icecore', 'icecore-local'],
    ]),
  })
  const sts = new STSClient({ endpoint: cloud.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 })
  onTestFinished(() => sts.destroy())
  return { sts, endpoint: cloud.endpoint }
}

test('the caller is a user of the simulated account', async () => {
  const { sts } = await anStsClient()
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: '000000000000',
    Arn: 'arn:aws:iam::000000000000:user/icecore',
    UserId: 'icecore',
  })
})

test('a key may be named like XML', async () => {
  const { sts } = await anStsClient({ accessKeyId: 'a&b', secretAccessKey: 'secret' })
  expect((await sts.send(new GetCallerIdentityCommand({}))).UserId).toBe('a&b')
})

test('a wrong secret is refused', async () => {
  const { sts } = await anStsClient({ ...goodCredentials, secretAccessKey: 'other' })
  await expect(sts.send(new GetCallerIdentityCommand({}))).rejects.toThrow('does not match')
})

test('any other action is refused by its name', async () => {
  const { sts } = await anStsClient()
  const assume = new AssumeRoleCommand({ RoleArn: 'arn:aws:iam::000000000000:role/r', RoleSessionName: 's' })
  await expect(sts.send(assume)).rejects.toThrow('AssumeRole of STS')
})

test('who does not sign is refused', async () => {
  const { endpoint } = await anStsClient()
  const body = 'Action=GetCallerIdentity&Version=2011-06-15'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await fetch(endpoint, { method: 'POST', body, headers })).status).toBe(403)
})
