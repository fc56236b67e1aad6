import * as z from 'zod'

const identitySchema = z.object({ accountId: z.string().min(1), userArn: z.string().min(1) })

/**
 * An HTTP API event (payload format 2.0), as far as it is used. The path parameters come decoded, once, by API Gateway:
 * they are not decoded again.
 */
export const apiEventSchema = z.object({
  routeKey: z.string(),
  rawQueryString: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}),
  pathParameters: z.record(z.string(), z.string()).default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    requestId: z.string(),
    authorizer: z.object({ iam: identitySchema.nullish() }).nullish(),
  }),
})
export type ApiEvent = z.infer<typeof apiEventSchema>

/** Who calls, as IAM said. */
export type Caller = { readonly account: string; readonly principal: string }

const SESSION = /^(arn:[^:]+:sts::\d+:assumed-role\/[^/]+)\/.*$/

/** The caller of a request, or undefined when IAM vouches for none. A role is one caller, whatever its session is named. */
export const callerOf = ({ requestContext }: ApiEvent): Caller | undefined => {
  const identity = requestContext.authorizer?.iam
  if (identity === undefined || identity === null) return undefined
  return { account: identity.accountId, principal: identity.userArn.replace(SESSION, '$1') }
}
