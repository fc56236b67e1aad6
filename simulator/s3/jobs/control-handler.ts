import { errorAnswer } from '../../wire/auth-answer.ts'
import type { WireAnswer, WireHandler, WireRequest } from '../../wire/service-handler.ts'
import { invalidRequest, notImplemented, S3Error } from '../s3-error.ts'
import type { S3Model } from '../s3-model.ts'
import { parseXml } from '../wire/xml-reader.ts'
import { createdXml, describedXml, readJobRequest, updatedXml } from './wire-job.ts'

const JOBS = '/v20180820/jobs'
const ONE_JOB = /^\/v20180820\/jobs\/(?<jobId>[^/]+)(?<status>\/status)?$/

const xmlAnswer = (body: string): WireAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body,
})

const answer = (model: S3Model, { method, path, query, headers, body }: WireRequest): WireAnswer => {
  if (headers['x-amz-account-id'] !== model.accountId) throw new S3Error('AccessDenied', 403, 'Access Denied')
  if (path === JOBS && method === 'POST')
    return xmlAnswer(createdXml(model.createJob(readJobRequest(parseXml(body.toString('utf8')))).jobId))
  const { jobId, status } = ONE_JOB.exec(path)?.groups ?? {}
  if (jobId !== undefined && status === undefined && method === 'GET')
    return xmlAnswer(describedXml(model.describeJob({ jobId })))
  if (jobId !== undefined && status !== undefined && method === 'POST') {
    const wanted = new URLSearchParams(query).get('requestedJobStatus')
    if (wanted !== 'Cancelled') throw invalidRequest(`The simulator only cancels jobs; asked for ${wanted}`)
    return xmlAnswer(updatedXml(model.cancelJob({ jobId })))
  }
  throw notImplemented(`${method} ${path} of S3 Control`)
}

/** Requests of S3 Control have a version as their first folder, and say in a header whose account they are about. */
export const isForControl = (path: string): boolean => path.startsWith('/v20180820/')

/** What of S3 Control is there: jobs of S3 Batch Operations that restore objects. */
export const makeControlHandler =
  (model: S3Model): WireHandler =>
  async (request) => {
    try {
      return answer(model, request)
    } catch (error) {
      if (!(error instanceof S3Error)) throw error
      const { status, code, message } = error
      return errorAnswer({ dialect: 'query', status, code, message })
    }
  }
