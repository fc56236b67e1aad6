import * as z from 'zod'

const identitySchema = z.object({ accountId: z.string().min(1), userArn: z.string().min(1) })

/** A token that API Gateway has checked: its signature, issuer, audience, time and scopes. */
const tokenSchema = z.object({ claims: z.record(z.string(), z.unknown()) })

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
    authorizer: z.object({ iam: identitySchema.nullish(), jwt: tokenSchema.nullish() }).nullish(),
  }),
})
export type ApiEvent = z.infer<typeof apiEventSchema>

/** Who calls, as IAM or a token said. */
export type Caller = { readonly account: string; readonly principal: string }

const SESSION = /^(arn:[^:]+:sts::\d+:assumed-role\/[^/]+)\/.*$/

/** The issuer whose tokens are taken, and the account that their callers belong to. */
export type Tokens = { readonly issuer: string; readonly account: string }

/** The caller of a token. One of another issuer is none: the API's own authorizer would not have let it through. */
const callerOfToken = (claims: Readonly<Record<string, unknown>>, tokens: Tokens): Caller | undefined => {
  const { iss, sub } = claims
  if (iss !== tokens.issuer || typeof sub !== 'string' || sub === '') return undefined
  return { account: tokens.account, principal: `${tokens.issuer}#${sub}` }
}

/**
 * The caller of a request, or undefined when nobody vouches for one. A role is one caller, whatever its session is named. Tokens count only
 * where the deployment takes them.
 */
export const callerOf = ({ requestContext }: ApiEvent, tokens?: Tokens): Caller | undefined => {
  const { iam, jwt } = requestContext.authorizer ?? {}
  if (iam) return { account: iam.accountId, principal: iam.userArn.replace(SESSION, '$1') }
  return jwt && tokens ? callerOfToken(jwt.claims, tokens) : undefined
}
