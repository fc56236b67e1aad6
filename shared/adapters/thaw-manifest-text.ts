/** A slash need not be encoded, and stays readable. */
const encode = (key: string): string => key.split('/').map(encodeURIComponent).join('/')

/** `bucket,key` a line, as S3 Batch Operations reads it. https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-create-job.html */
export const thawManifestText = (bucket: string, objects: readonly string[]): string =>
  objects.map((key) => `${bucket},${encode(key)}\n`).join('')
