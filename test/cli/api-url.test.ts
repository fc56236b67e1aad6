import { ApiProblem, ApiUnreachable } from 'icecore/client'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { findApiUrl } from '../../cli/api-url.ts'
import { Failure, Interrupted, statusOfFailure, tellFailure, WrongUsage } from '../../cli/failure.ts'
import { runCli } from '../../cli/run.ts'
import { noAws } from '../support/no-aws.ts'
import { keptTerminal } from '../support/run-icecore.ts'

afterEach(() => void vi.unstubAllEnvs())

const simulator = 'http://127.0.0.1:4566/'
const aws = 'https://x1.execute-api.eu-central-1.amazonaws.com'

describe('where the API answers', () => {
  it('is what is given, and else where the simulator is', async () => {
    const askNobody = () => Promise.reject(new Error('the stack was asked'))
    const of = (given: object, variables = {}) => findApiUrl({ stage: 'dev', ...given }, variables, askNobody)
    expect(await of({ apiUrl: aws, endpoint: simulator })).toBe(aws)
    expect(await of({ endpoint: simulator }, { ICECORE_API_URL: aws })).toBe('http://127.0.0.1:4566/_api')
    expect(await of({}, { ICECORE_API_URL: aws, AWS_ENDPOINT_URL: simulator })).toBe(aws)
    expect(await of({}, { AWS_ENDPOINT_URL: 'http://localhost:1' })).toBe('http://localhost:1/_api')
  })

  it('is what the stack says when nothing else does', async () => {
    expect(await findApiUrl({ stage: 'prod' }, {}, async () => aws)).toBe(aws)
  })

  it('is asked for, with how to find it, when the stack says nothing either', async () => {
    const silent = async () => undefined
    const found = findApiUrl({ stage: 'prod', endpoint: 'https://proxy.example' }, {}, silent)
    await expect(found).rejects.toThrow(/--api-url, or set ICECORE_API_URL[\s\S]*--stack-name icecore-prod/)
  })

  it.each([
    ['no region', {}],
    ['no credentials', { AWS_REGION: 'eu-central-1' }],
  ])('is asked for where there is %s to ask the stack with', async (_, environment) => {
    noAws()
    const { terminal, printed } = keptTerminal()
    expect(await runCli(['datasets'], environment, terminal)).toBe(1)
    expect(printed().err).toMatch(/--api-url, or set ICECORE_API_URL[\s\S]*--stack-name icecore-dev/)
  })

  it('needs a region to be asked with', async () => {
    noAws()
    const { terminal, printed } = keptTerminal()
    expect(await runCli(['datasets', '--api-url', aws], {}, terminal)).toBe(1)
    expect(printed().err).toContain('there is no region: give --region, or set AWS_REGION.')
  })
})

describe('a failure of the API', () => {
  const problem = (status: number, name: string, requestId = 'r-1') =>
    new ApiProblem({ status, name, title: 'Why', detail: undefined, errors: [], requestId, document: {} })
  const facts = { endpoint: undefined, stage: 'dev', region: undefined }

  it.each([
    [problem(404, 'unknown-record'), 3, 'Why'],
    [problem(404, 'http-404'), 1, 'Check --api-url'],
    [problem(403, 'http-403'), 1, 'does not let this identity in (Why)'],
    [problem(422, 'too-broad'), 1, 'Why'],
    [problem(500, 'internal'), 1, 'Why (request r-1 in its log)'],
    [new ApiUnreachable('ECONNREFUSED', simulator, null), 1, 'does not answer (ECONNREFUSED)'],
    [new Failure('as it is'), 1, 'as it is'],
    [new WrongUsage('as it is'), 2, 'as it is'],
    [new Interrupted('it goes on'), 130, 'it goes on'],
  ])('%j has its exit status, and is told in words that help', (error, status, told) => {
    expect(statusOfFailure(error)).toBe(status)
    expect(tellFailure(error, facts)).toContain(told)
  })
})
