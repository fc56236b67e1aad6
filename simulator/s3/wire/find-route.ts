import { notImplemented } from '../s3-error.ts'
import { attributeRoutes } from './attribute-routes.ts'
import { bucketRoutes } from './bucket-routes.ts'
import { documentRoutes } from './document-routes.ts'
import { listRoutes } from './list-routes.ts'
import { multipartRoutes } from './multipart-routes.ts'
import { objectRoutes } from './object-routes.ts'
import type { Route } from './route.ts'
import type { S3Request } from './s3-request.ts'
import { tagRoutes } from './tag-routes.ts'
import { uploadListRoutes } from './upload-list-routes.ts'

const routes: readonly Route[] = [
  ...objectRoutes,
  ...multipartRoutes,
  ...uploadListRoutes,
  ...tagRoutes,
  ...attributeRoutes,
  ...listRoutes,
  ...bucketRoutes,
  ...documentRoutes,
]

/** The SDKs' note of the operation, what stands for a header (looked at as one), and headers to answer with. */
const ALWAYS_ALLOWED =
  /^(x-id|x-amz-[a-z0-9-]+|response-(content-(type|language|disposition|encoding)|cache-control|expires))$/i

/** Headers of Amazon's that are acted upon, or that change nothing here. Any other asks for what is not there. */
const KNOWN_HEADERS = new RegExp(
  `^x-amz-(${[
    'date|security-token|content-sha256|decoded-content-length|trailer|user-agent',
    'meta-.*|storage-class|tagging(-directive)?|metadata-directive',
    'checksum-.*|sdk-checksum-algorithm|expected-bucket-owner|source-expected-bucket-owner|request-payer',
    'copy-source(-range|-if-(match|none-match|modified-since|unmodified-since))?',
    'server-side-encryption(-aws-kms-key-id|-bucket-key-enabled|-context)?',
    'object-lock-(mode|retain-until-date|legal-hold)|bypass-governance-retention|bucket-object-lock-enabled',
    'object-attributes|optional-object-attributes|mp-object-size|object-ownership',
    'transition-default-minimum-object-size|skip-destination-validation|confirm-remove-self-bucket-access',
  ].join('|')})$`,
)

/** Lists of grants would be ignored: only the two canned ones that mean "the owner's" pass. */
const HARMLESS_ACLS = ['private', 'bucket-owner-full-control']

const checkHeaders = ({ amazonHeaders }: S3Request) => {
  for (const [name, value] of amazonHeaders) {
    if (KNOWN_HEADERS.test(name) || (name === 'x-amz-acl' && HARMLESS_ACLS.includes(value))) continue
    throw notImplemented(`the header ${name}`)
  }
}

/** The route for a request. What no route knows is answered with 501, never passed over. */
export const findRoute = (request: S3Request): Route => {
  const { method, bucket, key, query } = request
  const level = bucket === undefined ? 'service' : key === undefined ? 'bucket' : 'object'
  const candidates = routes.filter((route) => route.method === method && route.level === level)
  const route =
    candidates.find(({ sub }) => sub !== undefined && query.has(sub)) ??
    candidates.find(({ sub }) => sub === undefined)
  if (route === undefined) throw notImplemented(`${method} for a ${level}`)
  for (const name of query.keys()) {
    const isKnown = name === route.sub || route.parameters?.includes(name) || ALWAYS_ALLOWED.test(name)
    if (!isKnown) throw notImplemented(`the parameter ${name} of ${method} for a ${level}`)
  }
  checkHeaders(request)
  return route
}
