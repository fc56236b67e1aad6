import { invalidRequest, malformedXml } from '../s3-error.ts'
import {
  childOf,
  exactTextOf,
  integerOf,
  requiredInteger,
  requiredText,
  textOf,
  type XmlNode,
} from '../wire/xml-reader.ts'
import { element, isoTime, optional } from '../wire/xml-writer.ts'
import type { Job, JobRequest } from './stored-job.ts'

/** Requests and answers of S3 Control about jobs. https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html */

const required = (node: XmlNode, name: string): XmlNode => {
  const child = childOf(node, name)
  if (child === undefined) throw malformedXml()
  return child
}

const BUCKET_ARN = /^arn:aws:s3:::(?<bucket>[a-z0-9.-]+)$/
const OBJECT_ARN = /^arn:aws:s3:::(?<bucket>[a-z0-9.-]+)\/(?<key>.+)$/s

const partsOf = (pattern: RegExp, arn: string, name: string): { bucket: string; key: string } => {
  const { bucket, key = '' } = pattern.exec(arn)?.groups ?? {}
  if (bucket === undefined) throw invalidRequest(`${name}: ${arn} is no ARN of S3`)
  return { bucket, key }
}

/** Jobs take two of the three tiers, in capitals. */
const tierOf = (text: string | undefined): 'Standard' | 'Bulk' => {
  if (text === 'STANDARD') return 'Standard'
  if (text === 'BULK') return 'Bulk'
  throw invalidRequest(`GlacierJobTier: expected STANDARD or BULK, got ${text}`)
}

const operationOf = (node: XmlNode): JobRequest['restore'] => {
  const [operation] = node.children
  if (operation?.name !== 'S3InitiateRestoreObject' || node.children.length > 1)
    throw invalidRequest(`The simulator has no operation ${operation?.name}; it has S3InitiateRestoreObject`)
  return {
    days: requiredInteger(operation, 'ExpirationInDays'),
    tier: tierOf(textOf(operation, 'GlacierJobTier')),
  }
}

const manifestOf = (node: XmlNode): JobRequest['manifest'] => {
  const spec = required(node, 'Spec')
  if (textOf(spec, 'Format') !== 'S3BatchOperations_CSV_20180820')
    throw invalidRequest(`The simulator reads no manifest of the format ${textOf(spec, 'Format')}`)
  const fields = required(spec, 'Fields')
    .children.map(({ text }) => text)
    .join(',')
  if (fields !== 'Bucket,Key' && fields !== 'Bucket,Key,VersionId')
    throw invalidRequest(`Fields: expected Bucket,Key or Bucket,Key,VersionId, got ${fields}`)
  const location = required(node, 'Location')
  const versionId = textOf(location, 'ObjectVersionId')
  return {
    ...partsOf(OBJECT_ARN, requiredText(location, 'ObjectArn'), 'ObjectArn'),
    ...(versionId === undefined ? {} : { versionId }),
    etag: requiredText(location, 'ETag'),
    hasVersions: fields === 'Bucket,Key,VersionId',
  }
}

const reportOf = (node: XmlNode): Pick<JobRequest, 'report'> => {
  if (textOf(node, 'Enabled') !== 'true') return {}
  const scope = textOf(node, 'ReportScope')
  if (scope !== 'AllTasks' && scope !== 'FailedTasksOnly')
    throw invalidRequest(`ReportScope: expected AllTasks or FailedTasksOnly, got ${scope}`)
  if (textOf(node, 'Format') !== 'Report_CSV_20180820')
    throw invalidRequest(`The simulator writes no report of the format ${textOf(node, 'Format')}`)
  const { bucket } = partsOf(BUCKET_ARN, requiredText(node, 'Bucket'), 'Bucket')
  return { report: { bucket, prefix: exactTextOf(node, 'Prefix') ?? '', scope } }
}

export const readJobRequest = (document: XmlNode): JobRequest => {
  if (document.name !== 'CreateJobRequest') throw malformedXml()
  if (textOf(document, 'ConfirmationRequired') === 'true')
    throw invalidRequest('The simulator has no job that is to be confirmed')
  return {
    token: exactTextOf(document, 'ClientRequestToken') ?? '',
    description: exactTextOf(document, 'Description') ?? '',
    priority: integerOf(document, 'Priority') ?? -1,
    roleArn: exactTextOf(document, 'RoleArn') ?? '',
    restore: operationOf(required(document, 'Operation')),
    manifest: manifestOf(required(document, 'Manifest')),
    ...reportOf(required(document, 'Report')),
  }
}

const NAMESPACE = 'http://awss3control.amazonaws.com/doc/2018-08-20/'

const documentOf = (name: string, ...contents: Parameters<typeof element>[1][]): string => {
  const { xml } = element(name, ...contents)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${xml.replace(`<${name}>`, `<${name} xmlns="${NAMESPACE}">`)}`
}

export const createdXml = (jobId: string): string => documentOf('CreateJobResult', element('JobId', jobId))

export const updatedXml = ({ id, status }: Job): string =>
  documentOf('UpdateJobStatusResult', element('JobId', id), element('Status', status))

export const describedXml = (job: Job): string => {
  const { id, request, status, failure } = job
  const reasons = failure && [
    element('member', element('FailureCode', failure.code), element('FailureReason', failure.reason)),
  ]
  return documentOf(
    'DescribeJobResult',
    element(
      'Job',
      element('JobId', id),
      element('ConfirmationRequired', false),
      element('Description', request.description),
      element('Priority', request.priority),
      element('RoleArn', request.roleArn),
      element('Status', status),
      element(
        'ProgressSummary',
        element('TotalNumberOfTasks', job.tasks),
        element('NumberOfTasksSucceeded', job.succeeded),
        element('NumberOfTasksFailed', job.failed),
      ),
      ...(reasons === undefined ? [] : [element('FailureReasons', reasons)]),
      element('CreationTime', isoTime(job.createdAt)),
      optional('TerminationDate', job.endedAt === undefined ? undefined : isoTime(job.endedAt)),
    ),
  )
}
