import { describe, expect, test } from 'vitest'
import { accountId } from '../../../simulator/account.ts'
import { signedFetch } from '../../support/signed-fetch.ts'
import { aCloud } from '../wire/cloud-fixture.ts'

const aJob = (parts: Readonly<Record<string, string>> = {}) => {
  const operation =
    parts.operation ??
    '<S3InitiateRestoreObject><ExpirationInDays>1</ExpirationInDays><GlacierJobTier>BULK</GlacierJobTier></S3InitiateRestoreObject>'
  const fields = parts.fields ?? '<member>Bucket</member><member>Key</member>'
  return `<CreateJobRequest xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/">
    <ConfirmationRequired>${parts.confirmation ?? 'false'}</ConfirmationRequired>
    <Operation>${operation}</Operation>
    <Report>${parts.report ?? '<Enabled>false</Enabled>'}</Report>
    <ClientRequestToken>t</ClientRequestToken>
    <Manifest>
      <Spec><Format>${parts.format ?? 'S3BatchOperations_CSV_20180820'}</Format><Fields>${fields}</Fields></Spec>
      <Location><ObjectArn>${parts.object ?? 'arn:aws:s3:::ice/m.csv'}</ObjectArn><ETag>e</ETag></Location>
    </Manifest>
    <Priority>1</Priority>
    <RoleArn>${parts.role ?? `arn:aws:iam::${accountId}:role/batch`}</RoleArn>
  </CreateJobRequest>`
}

const JOBS = '/v20180820/jobs'

const aControl = async () => {
  const { cloud } = await aCloud()
  const ask = async (method: string, path: string, body?: string, account = accountId) => {
    const headers = { 'x-amz-account-id': account }
    const init = { method, headers, ...(body === undefined ? {} : { body }) }
    const response = await signedFetch(`${cloud.endpoint}${path}`, init, { service: 's3' })
    return { status: response.status, text: await response.text() }
  }
  return { cloud, ask }
}

describe('S3 Control on the wire', () => {
  test('makes a job, describes it and cancels it', async () => {
    const { ask } = await aControl()
    const made = await ask('POST', JOBS, aJob())
    const jobId = /<JobId>(?<id>[0-9a-f-]{36})<\/JobId>/.exec(made.text)?.groups?.id ?? 'none'
    expect((await ask('GET', `${JOBS}/${jobId}`)).text).toContain('<Status>Preparing</Status>')
    const cancelled = await ask('POST', `${JOBS}/${jobId}/status?requestedJobStatus=Cancelled`)
    expect(cancelled.text).toContain('<Status>Cancelled</Status>')
    const again = await ask('POST', `${JOBS}/${jobId}/status?requestedJobStatus=Cancelled`)
    expect([again.status, again.text]).toEqual([
      400,
      expect.stringContaining('<Code>JobStatusException</Code>'),
    ])
  })

  test.each([
    ['another operation', { operation: '<S3PutObjectTagging/>' }, 'S3PutObjectTagging'],
    [
      'the tier that jobs have not',
      {
        operation:
          '<S3InitiateRestoreObject><ExpirationInDays>1</ExpirationInDays><GlacierJobTier>EXPEDITED</GlacierJobTier></S3InitiateRestoreObject>',
      },
      'GlacierJobTier',
    ],
    ['a manifest of another format', { format: 'S3InventoryReport_CSV_20161130' }, 'format'],
    ['other fields', { fields: '<member>Key</member>' }, 'Fields'],
    ['what is no object', { object: 'arn:aws:s3:::ice' }, 'ObjectArn'],
    ['another’s role', { role: 'arn:aws:iam::1:role/x' }, 'RoleArn'],
    ['a confirmation', { confirmation: 'true' }, 'confirmed'],
    ['a report of nothing', { report: '<Enabled>true</Enabled>' }, 'ReportScope'],
    [
      'a report of another format',
      { report: '<Enabled>true</Enabled><ReportScope>AllTasks</ReportScope><Format>PDF</Format>' },
      'PDF',
    ],
  ])('refuses %s', async (_, parts, reason) => {
    const { ask } = await aControl()
    const { status, text } = await ask('POST', JOBS, aJob(parts))
    expect([status, text]).toEqual([400, expect.stringContaining('<Code>InvalidRequest</Code>')])
    expect(text).toContain(reason)
  })

  test('refuses a document that is none of its own, another account, and what is not there', async () => {
    const { ask } = await aControl()
    expect((await ask('POST', JOBS, '<Job/>')).text).toContain('MalformedXML')
    expect((await ask('POST', JOBS, '<CreateJobRequest/>')).text).toContain('MalformedXML')
    expect((await ask('POST', JOBS, aJob(), '111111111111')).status).toBe(403)
    expect((await ask('GET', `${JOBS}/none`)).text).toContain('<Code>NoSuchJob</Code>')
    expect((await ask('GET', JOBS)).status).toBe(501)
    expect((await ask('POST', `${JOBS}/none/status?requestedJobStatus=Ready`)).status).toBe(400)
  })

  test('checks the signature of the body', async () => {
    const { cloud } = await aControl()
    const headers = { 'x-amz-account-id': accountId }
    const options = { service: 's3', secretAccessKey: 'wrong' }
    const response = await signedFetch(
      `${cloud.endpoint}${JOBS}`,
      { method: 'POST', headers, body: aJob() },
      options,
    )
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('SignatureDoesNotMatch'),
    ])
  })
})
