import type { DeleteOutcome } from '../delete-object.ts'
import { malformedXml, S3Error } from '../s3-error.ts'
import { bypassesGovernance, parseRetention } from './object-headers.ts'
import { readDocument } from './read-document.ts'
import type { Route, RouteHandler } from './route.ts'
import { xmlAnswer } from './s3-answer.ts'
import { bucketOf, targetOf } from './s3-request.ts'
import { childOf, childrenOf, exactTextOf, requiredText, textOf, type XmlNode } from './xml-reader.ts'
import { element, isoTime, optional, xmlDocument } from './xml-writer.ts'

const parseTagging = (document: XmlNode): Record<string, string> => {
  const set = childOf(document, 'TagSet')
  if (document.name !== 'Tagging' || set === undefined) throw malformedXml()
  const pairs = childrenOf(set, 'Tag').map(
    (tag) => [requiredText(tag, 'Key'), requiredText(tag, 'Value')] as const,
  )
  if (new Set(pairs.map(([name]) => name)).size < pairs.length) {
    throw new S3Error('InvalidTag', 400, 'Cannot provide multiple Tags with the same key')
  }
  return Object.fromEntries(pairs)
}

const putTagging: RouteHandler = async (model, request) => {
  const tags = parseTagging(await readDocument(model, request))
  const { versionId } = model.putObjectTagging({ ...targetOf(request), tags })
  return { status: 200, headers: { 'x-amz-version-id': versionId } }
}

const deleteTagging: RouteHandler = async (model, request) => {
  const { versionId } = model.putObjectTagging({ ...targetOf(request), tags: {} })
  return { status: 204, headers: { 'x-amz-version-id': versionId } }
}

const getTagging: RouteHandler = async (model, request) => {
  const { versionId, tags } = model.getObjectTagging(targetOf(request))
  const elements = Object.entries(tags).map(([key, value]) =>
    element('Tag', element('Key', key), element('Value', value)),
  )
  return xmlAnswer(xmlDocument('Tagging', element('TagSet', elements)), { 'x-amz-version-id': versionId })
}

const putLegalHold: RouteHandler = async (model, request) => {
  const status = textOf(await readDocument(model, request), 'Status')
  if (status !== 'ON' && status !== 'OFF') throw malformedXml()
  model.putLegalHold({ ...targetOf(request), legalHold: status === 'ON' })
  return { status: 200 }
}

const getLegalHold: RouteHandler = async (model, request) => {
  const { legalHold } = model.getLock(targetOf(request))
  return xmlAnswer(xmlDocument('LegalHold', element('Status', legalHold ? 'ON' : 'OFF')))
}

const putRetention: RouteHandler = async (model, request) => {
  const document = await readDocument(model, request)
  const retention = parseRetention(textOf(document, 'Mode'), textOf(document, 'RetainUntilDate'))
  if (retention === undefined) throw malformedXml()
  model.putRetention({ ...targetOf(request), retention, bypassGovernance: bypassesGovernance(request) })
  return { status: 200 }
}

const getRetention: RouteHandler = async (model, request) => {
  const { retention } = model.getLock(targetOf(request))
  if (retention === undefined) {
    const message = 'The specified object does not have a ObjectLock configuration'
    throw new S3Error('NoSuchObjectLockConfiguration', 404, message)
  }
  const { mode, until } = retention
  return xmlAnswer(
    xmlDocument('Retention', element('Mode', mode), element('RetainUntilDate', isoTime(until))),
  )
}

const outcomeElement = (outcome: DeleteOutcome, isQuiet: boolean) => {
  const { key, versionId } = outcome.target
  if ('error' in outcome) {
    const { code, message } = outcome.error
    return element(
      'Error',
      element('Key', key),
      optional('VersionId', versionId),
      element('Code', code),
      element('Message', message),
    )
  }
  const { deleteMarker, versionId: affected } = outcome.deleted
  if (isQuiet) return { xml: '' }
  return element(
    'Deleted',
    element('Key', key),
    optional('VersionId', versionId),
    optional('DeleteMarker', deleteMarker ? true : undefined),
    optional('DeleteMarkerVersionId', deleteMarker ? affected : undefined),
  )
}

/** Answers 200 whatever became of each object; the document says it. */
const deleteObjects: RouteHandler = async (model, request) => {
  const document = await readDocument(model, request)
  if (document.name !== 'Delete') throw malformedXml()
  const objects = childrenOf(document, 'Object').map((node) => ({
    key: requiredText(node, 'Key'),
    versionId: exactTextOf(node, 'VersionId'),
    ifMatch: textOf(node, 'ETag'),
  }))
  const isQuiet = textOf(document, 'Quiet') === 'true'
  const bypassGovernance = bypassesGovernance(request)
  const outcomes = model.deleteObjects({ bucket: bucketOf(request), objects, bypassGovernance })
  return xmlAnswer(
    xmlDocument(
      'DeleteResult',
      outcomes.map((outcome) => outcomeElement(outcome, isQuiet)),
    ),
  )
}

const versioned = (method: Route['method'], sub: string, handle: RouteHandler): Route => ({
  method,
  level: 'object',
  sub,
  parameters: ['versionId'],
  handle,
})

export const tagRoutes: readonly Route[] = [
  versioned('GET', 'tagging', getTagging),
  versioned('PUT', 'tagging', putTagging),
  versioned('DELETE', 'tagging', deleteTagging),
  versioned('GET', 'legal-hold', getLegalHold),
  versioned('PUT', 'legal-hold', putLegalHold),
  versioned('GET', 'retention', getRetention),
  versioned('PUT', 'retention', putRetention),
  { method: 'POST', level: 'bucket', sub: 'delete', handle: deleteObjects },
]
