import { ApiProblem, ApiUnreachable } from 'icecore/client'
import { EXIT, type ExitStatus } from './exit-status.ts'

/** Said to the user as it is, without a stack: what is wrong, and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure'
}

/** The command was not well put; the exit status is 2. */
export class WrongUsage extends Error {
  override readonly name = 'WrongUsage'
}

/** The user ended the command; the exit status is 130, as shells have it. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

type Facts = {
  readonly endpoint: string | undefined
  readonly stage: string
  readonly region: string | undefined
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Errors whose own words help nobody, in words that do. */
const explain = (error: unknown, { endpoint, stage, region }: Facts): string | undefined => {
  const where =
    endpoint === undefined
      ? `of stage ${stage} in ${region ?? 'this region'}`
      : `of stage ${stage} at ${endpoint}`
  switch (nameOf(error)) {
    case 'CredentialsProviderError':
      return 'there are no AWS credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'
    case 'InvalidAccessKeyId':
    case 'InvalidClientTokenId':
    case 'UnrecognizedClientException':
    case 'SignatureDoesNotMatch':
    case 'InvalidSignatureException':
    case 'ExpiredToken':
    case 'ExpiredTokenException':
      return `the AWS credentials are not accepted (${messageOf(error)}). Check AWS_PROFILE, or log in again.`
    case 'AccessDenied':
    case 'AccessDeniedException':
    case 'Forbidden':
      return `this identity may not do that (${messageOf(error)}).`
    case 'NoSuchBucket':
    case 'ResourceNotFoundException':
    case 'QueueDoesNotExist':
      return `there is no icecore ${where} (${messageOf(error)}). Check --stage, --region and --account.`
    default:
      break
  }
  switch (codeOf(error)) {
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EHOSTUNREACH':
      return `nothing answers at ${endpoint ?? 'the address of AWS'} (${messageOf(error)}). For the simulator: npm run simulator -- --deploy .`
    default:
      return undefined
  }
}

/** What the API says, in words that help. */
const explainProblem = (problem: ApiProblem): string => {
  const { name, status, message, requestId } = problem
  if (name === 'http-403')
    return `the API does not let this identity in (${message}). Check the credentials, and --api-url.`
  if (name === 'http-404') return `there is no icecore API, or an older one (${message}). Check --api-url.`
  return status >= 500 && requestId !== undefined ? `${message} (request ${requestId} in its log)` : message
}

/** What the user is told of an error. */
export const tellFailure = (error: unknown, facts: Facts): string => {
  if (error instanceof Failure || error instanceof WrongUsage || error instanceof Interrupted)
    return error.message
  if (error instanceof ApiProblem) return explainProblem(error)
  if (error instanceof ApiUnreachable)
    return `${error.message}. For the simulator: npm run simulator -- --deploy .`
  return explain(error, facts) ?? `${nameOf(error) || 'Error'}: ${messageOf(error)}`
}

export const statusOfFailure = (error: unknown): ExitStatus => {
  if (error instanceof WrongUsage) return EXIT.wrongUsage
  if (error instanceof Interrupted) return EXIT.interrupted
  // of one that is not there, and not of a route
  if (error instanceof ApiProblem && error.status === 404 && error.name.startsWith('unknown-'))
    return EXIT.notFound
  return EXIT.failed
}
