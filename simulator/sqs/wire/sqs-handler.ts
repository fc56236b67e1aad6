import { randomUUID } from 'node:crypto'
import { errorAnswer } from '../../wire/auth-answer.ts'
import type { WireAnswer, WireHandler, WireRequest } from '../../wire/service-handler.ts'
import { SqsError } from '../sqs-error.ts'
import type { SqsModel } from '../sqs-model.ts'
import type { Action, ActionContext } from './action.ts'
import { makeArrivals } from './arrivals.ts'
import { messageActions } from './message-actions.ts'
import { decodeForm, encodeXml } from './query-protocol.ts'
import { queueActions } from './queue-actions.ts'
import { pathOf } from './queue-url.ts'

const actions = new Map<string, Action>(Object.entries({ ...queueActions, ...messageActions }))

type Call = { readonly action: string; readonly input: Record<string, unknown>; readonly json: boolean }

/** SQS in both of its protocols: JSON 1.0 by `X-Amz-Target`, and forms answered in XML. */
export const makeSqsHandler = (sqs: SqsModel): WireHandler => {
  const waitForMessage = makeArrivals(sqs)
  return async (request) => {
    const context: ActionContext = {
      sqs,
      urlOf: (name) => `http://${request.headers.host}${pathOf(name)}`,
      waitForMessage: (arn, ms) => waitForMessage(arn, ms, request.signal),
      isGone: () => request.signal.aborted,
    }
    const json = request.headers['x-amz-target'] !== undefined
    try {
      const call = json ? parseJson(request) : parseForm(request)
      const action = actions.get(call.action)
      if (action === undefined) {
        const message = `The action ${call.action} is not valid for this endpoint, or the simulator does not support it.`
        throw new SqsError('InvalidAction', message)
      }
      return answer(call, await action(call.input, context))
    } catch (error) {
      if (!(error instanceof SqsError)) throw error
      return refusal(error, json)
    }
  }
}

const parseJson = ({ headers, body }: WireRequest): Call => {
  const action = String(headers['x-amz-target']).replace('AmazonSQS.', '')
  try {
    const input: unknown = JSON.parse(body.toString() || '{}')
    if (typeof input === 'object' && input !== null) return { action, input: { ...input }, json: true }
  } catch (cause) {
    throw new SqsError('SerializationException', `The body is not JSON: ${cause}`)
  }
  throw new SqsError('SerializationException', 'The body is not a JSON object.')
}

/** The queue's URL may be a parameter, or just be where the request is sent. */
const parseForm = ({ method, path, query, body }: WireRequest): Call => {
  const { action, input } = decodeForm(method === 'GET' ? withoutSignature(query) : body.toString())
  return { action, input: path === '/' ? input : { QueueUrl: path, ...input }, json: false }
}

const withoutSignature = (query: string) =>
  query
    .split('&')
    .filter((part) => !part.startsWith('X-Amz-'))
    .join('&')

const answer = ({ action, json }: Call, output: object): WireAnswer => {
  const requestId = randomUUID()
  return {
    status: 200,
    headers: {
      'content-type': json ? 'application/x-amz-json-1.0' : 'text/xml',
      'x-amzn-requestid': requestId,
    },
    body: json ? JSON.stringify(output) : encodeXml(action, output, requestId),
  }
}

const refusal = ({ code, queryCode, message, status }: SqsError, json: boolean): WireAnswer =>
  errorAnswer({
    dialect: json ? 'json' : 'query',
    status,
    code: json ? code : queryCode,
    queryCode,
    message,
  })
