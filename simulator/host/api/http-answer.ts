import * as z from 'zod'
import type { WireAnswer } from '../../wire/service-handler.ts'

const answerSchema = z.object({
  statusCode: z.coerce.number().int().min(100).max(599),
  headers: z.record(z.string(), z.coerce.string()).nullish(),
  cookies: z.array(z.string()).nullish(),
  body: z.string().nullish(),
  isBase64Encoded: z.boolean().nullish(),
})

export const jsonAnswer = (status: number, message: string): WireAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
})

/**
 * A handler's answer as HTTP. With a `statusCode` it is taken at its word; without one, "API Gateway … infers the
 * response format": 200, JSON, the answer is the body.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html#http-api-develop-integrations-lambda.response
 */
export const httpAnswer = (payload: string): WireAnswer => {
  const value: unknown = JSON.parse(payload)
  if (typeof value !== 'object' || value === null || !('statusCode' in value)) {
    return {
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: typeof value === 'string' ? value : payload,
    }
  }
  const parsed = answerSchema.safeParse(value)
  if (!parsed.success) return jsonAnswer(500, 'Internal Server Error')
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data
  const lowered = Object.entries(headers ?? {}).map(([name, text]) => [name.toLowerCase(), text])
  return {
    status: statusCode,
    headers: {
      ...(body && { 'content-type': 'text/plain;charset=utf-8' }),
      ...Object.fromEntries(lowered),
      ...(cookies?.length && { 'set-cookie': cookies.join(', ') }),
    },
    body: isBase64Encoded ? Buffer.from(body ?? '', 'base64') : (body ?? ''),
  }
}
