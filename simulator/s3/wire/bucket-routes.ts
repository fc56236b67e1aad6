import { malformedXml, notImplemented, S3Error } from '../s3-error.ts'
import type { Bucket } from '../stored.ts'
import { lifecycleDocument, parseLifecycle } from './lifecycle-xml.ts'
import { notificationDocument, parseNotifications } from './notification-xml.ts'
import { readDocument, readText } from './read-document.ts'
import type { Route, RouteHandler } from './route.ts'
import { xmlAnswer } from './s3-answer.ts'
import { bucketOf } from './s3-request.ts'
import { childOf, integerOf, parseXml, requiredText, textOf, type XmlNode } from './xml-reader.ts'
import { element, isoTime, xmlDocument } from './xml-writer.ts'

const listBuckets: RouteHandler = async (model) => {
  const buckets = model.listBuckets({})
  const document = xmlDocument(
    'ListAllMyBucketsResult',
    element('Owner', element('ID', model.accountId)),
    element(
      'Buckets',
      buckets.map(({ name, createdAt }) =>
        element('Bucket', element('Name', name), element('CreationDate', isoTime(createdAt))),
      ),
    ),
  )
  return xmlAnswer(document)
}

const createBucket: RouteHandler = async (model, request) => {
  const bucket = bucketOf(request)
  const text = request.header('content-length') === undefined ? '' : await readText(model, request)
  if (text !== '') {
    const document = parseXml(text)
    const location = textOf(document, 'LocationConstraint')
    if (document.name !== 'CreateBucketConfiguration') throw malformedXml()
    if (childOf(document, 'Bucket') !== undefined) throw notImplemented('directory buckets')
    if (location !== undefined && location !== model.region && location !== '') {
      throw new S3Error(
        'IllegalLocationConstraintException',
        400,
        `The ${location} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      )
    }
  }
  const objectLock = request.header('x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true'
  model.createBucket({ bucket, objectLock })
  return { status: 200, headers: { location: `/${bucket}` } }
}

const headBucket: RouteHandler = async (model, request) => {
  model.headBucket({ bucket: bucketOf(request) })
  return { status: 200, headers: { 'x-amz-bucket-region': model.region } }
}

const deleteBucket: RouteHandler = async (model, request) => {
  model.deleteBucket({ bucket: bucketOf(request) })
  return { status: 204 }
}

/** A GET that shows one setting of the bucket as XML; undefined is S3's own 404 for it. */
const showing =
  (show: (bucket: Bucket, region: string) => string | undefined, missing = ''): RouteHandler =>
  async (model, request) => {
    const document = show(model.headBucket({ bucket: bucketOf(request) }), model.region)
    if (document === undefined) {
      throw new S3Error(missing, 404, 'The configuration that was asked for does not exist')
    }
    return xmlAnswer(document)
  }

const putVersioning: RouteHandler = async (model, request) => {
  const document = await readDocument(model, request)
  const status = requiredText(document, 'Status').trim()
  if (textOf(document, 'MfaDelete') === 'Enabled') throw notImplemented('MFA delete')
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml()
  model.putVersioning({ bucket: bucketOf(request), versioning: status })
  return { status: 200 }
}

const MINIMUM_SIZE_HEADER = 'x-amz-transition-default-minimum-object-size'

const putLifecycle: RouteHandler = async (model, request) => {
  const rules = parseLifecycle(await readDocument(model, request))
  const minimumSize = request.header(MINIMUM_SIZE_HEADER) ?? 'all_storage_classes_128K'
  if (minimumSize !== 'all_storage_classes_128K' && minimumSize !== 'varies_by_storage_class')
    throw malformedXml()
  model.putLifecycle({ bucket: bucketOf(request), lifecycle: { rules, minimumSize } })
  return { status: 200, headers: { [MINIMUM_SIZE_HEADER]: minimumSize } }
}

const getLifecycle: RouteHandler = async (model, request) => {
  const { lifecycle } = model.headBucket({ bucket: bucketOf(request) })
  if (lifecycle === undefined) {
    throw new S3Error('NoSuchLifecycleConfiguration', 404, 'The lifecycle configuration does not exist')
  }
  return xmlAnswer(lifecycleDocument(lifecycle.rules), { [MINIMUM_SIZE_HEADER]: lifecycle.minimumSize })
}

const deleteLifecycle: RouteHandler = async (model, request) => {
  model.putLifecycle({ bucket: bucketOf(request), lifecycle: undefined })
  return { status: 204 }
}

const putNotifications: RouteHandler = async (model, request) => {
  const notifications = parseNotifications(await readDocument(model, request))
  model.putNotifications({ bucket: bucketOf(request), notifications })
  return { status: 200 }
}

const parseDefaultRetention = (rule: XmlNode): NonNullable<Bucket['defaultRetention']> => {
  const retention = childOf(rule, 'DefaultRetention')
  if (retention === undefined) throw malformedXml()
  const mode = textOf(retention, 'Mode')
  const years = integerOf(retention, 'Years')
  const days = years === undefined ? integerOf(retention, 'Days') : years * 365
  if ((mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') || days === undefined) throw malformedXml()
  return { mode, days }
}

const putObjectLock: RouteHandler = async (model, request) => {
  const rule = childOf(await readDocument(model, request), 'Rule')
  model.putObjectLock({ bucket: bucketOf(request), defaultRetention: rule && parseDefaultRetention(rule) })
  return { status: 200 }
}

const objectLockDocument = ({ objectLock, defaultRetention }: Bucket) =>
  objectLock
    ? xmlDocument(
        'ObjectLockConfiguration',
        element('ObjectLockEnabled', 'Enabled'),
        defaultRetention &&
          element(
            'Rule',
            element(
              'DefaultRetention',
              element('Mode', defaultRetention.mode),
              element('Days', defaultRetention.days),
            ),
          ),
      )
    : undefined

const bucketRoute = (method: Route['method'], sub: string, handle: RouteHandler): Route => ({
  method,
  level: 'bucket',
  sub,
  handle,
})

export const bucketRoutes: readonly Route[] = [
  { method: 'GET', level: 'service', handle: listBuckets },
  { method: 'PUT', level: 'bucket', handle: createBucket },
  { method: 'HEAD', level: 'bucket', handle: headBucket },
  { method: 'DELETE', level: 'bucket', handle: deleteBucket },
  bucketRoute(
    'GET',
    'location',
    // An empty constraint means us-east-1.
    showing((_, region) => xmlDocument('LocationConstraint', region === 'us-east-1' ? '' : region)),
  ),
  bucketRoute(
    'GET',
    'versioning',
    showing(({ versioning }) =>
      xmlDocument('VersioningConfiguration', versioning && element('Status', versioning)),
    ),
  ),
  bucketRoute('PUT', 'versioning', putVersioning),
  bucketRoute('GET', 'lifecycle', getLifecycle),
  bucketRoute('PUT', 'lifecycle', putLifecycle),
  bucketRoute('DELETE', 'lifecycle', deleteLifecycle),
  bucketRoute(
    'GET',
    'notification',
    showing(({ notifications }) => notificationDocument(notifications)),
  ),
  bucketRoute('PUT', 'notification', putNotifications),
  bucketRoute('GET', 'object-lock', showing(objectLockDocument, 'ObjectLockConfigurationNotFoundError')),
  bucketRoute('PUT', 'object-lock', putObjectLock),
]
