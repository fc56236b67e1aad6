import { randomUUID } from 'node:crypto'
import { accountId } from '../account.ts'
import { errorAnswer, escapeXml } from '../wire/auth-answer.ts'
import type { WireHandler } from '../wire/service-handler.ts'

/**
 * The one action of STS that is there: whoever signed the request is a user of the simulated account, named like the key.
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export const makeStsHandler =
  (): WireHandler =>
  async ({ body, accessKeyId = '' }) => {
    const action = new URLSearchParams(body.toString('utf8')).get('Action') ?? ''
    if (action !== 'GetCallerIdentity')
      return errorAnswer({
        dialect: 'query',
        status: 400,
        code: 'InvalidAction',
        message: `The simulator has no action ${action} of STS; it has GetCallerIdentity.`,
      })
    const user = escapeXml(accessKeyId)
    const result = `<Arn>arn:aws:iam::${accountId}:user/${user}</Arn><UserId>${user}</UserId><Account>${accountId}</Account>`
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${result}</GetCallerIdentityResult><ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata></GetCallerIdentityResponse>`,
    }
  }
