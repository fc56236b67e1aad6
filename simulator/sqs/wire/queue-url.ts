import { accountId } from '../../account.ts'
import { arnOf } from '../queue.ts'
import { SqsError } from '../sqs-error.ts'

/** The ARN of a queue's URL; only the path counts, since one port has several host names. */
export const arnOfUrl = (url: string) => {
  const match = /^(?:https?:\/\/[^/]+)?\/(\d+)\/([^/?]+)$/.exec(url)
  const [, account, name] = match ?? []
  if (name === undefined)
    throw new SqsError('InvalidAddress', `The address ${url} is not valid for this endpoint.`)
  if (account !== accountId) throw new SqsError('QueueDoesNotExist')
  return arnOf(name)
}

export const pathOf = (queueName: string) => `/${accountId}/${queueName}`
