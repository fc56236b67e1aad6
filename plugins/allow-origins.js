/** What a page may send and see, beside what browsers allow anyway. */
const ALLOWED = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
]
const EXPOSED = [
  'etag',
  'icecore-arrived',
  'icecore-complete',
  'icecore-header',
  'icecore-records',
  'icecore-segments',
  'icecore-time',
  'icecore-version',
  'icecore-versions',
  'location',
]

/** Lets pages of these origins (with commas between them) call the API; without any, no browser is told that it may read an answer. */
export const allowOrigins = ({ Resources }, origins) => {
  if (origins === '') return
  Resources.HttpApi.Properties.CorsConfiguration = {
    AllowOrigins: origins.split(','),
    AllowMethods: ['GET', 'POST', 'DELETE'],
    AllowHeaders: ALLOWED,
    ExposeHeaders: EXPOSED,
    MaxAge: 600,
  }
}
