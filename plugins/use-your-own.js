/**
 * Puts a key, a hot bucket or a records queue that is there already in the place of the one that the template would make: whatever refers
 * to the one refers to the other.
 */
const QUEUE_ARN =
  /^arn:(?<partition>[a-z-]+):sqs:(?<region>[a-z0-9-]+):(?<account>\d{12}):(?<name>[A-Za-z0-9_-]{1,80})$/
const KEY_ARN = /^arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:key\/(?<id>[\w-]+)$/
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

const match = (pattern, value, parameter, expected) => {
  const found = pattern.exec(value)
  if (found === null) throw new Error(`${parameter}: expected ${expected}, got ${JSON.stringify(value)}`)
  return found.groups ?? {}
}

/** What `Ref` and `Fn::GetAtt` of a resource give instead, as text for `Fn::Sub`. */
const substitute = (value, id, { ref, attributes }) => {
  const textOf = (name) => {
    const text = name === undefined ? ref : attributes[name]
    if (text === undefined) throw new Error(`${id}.${name} has no substitute`)
    return text
  }
  const put = (text) => (text.includes('${') ? { 'Fn::Sub': text } : text)
  const walk = (here) => {
    if (Array.isArray(here)) return here.map(walk)
    if (typeof here !== 'object' || here === null) return here
    if (here.Ref === id) return put(textOf(undefined))
    const got = [here['Fn::GetAtt'] ?? []].flat()
    if (got[0] === id) return put(textOf(got[1]))
    return Object.fromEntries(
      Object.entries(here).map(([key, member]) => [
        key,
        key === 'Fn::Sub' && typeof member === 'string'
          ? member.replaceAll(new RegExp(`\\$\\{${id}(?:\\.(\\w+))?\\}`, 'g'), (_, name) => textOf(name))
          : walk(member),
      ]),
    )
  }
  return walk(value)
}

const replace = (template, id, { without = [], ...given }) => {
  for (const gone of [id, ...without]) delete template.Resources[gone]
  for (const part of ['Resources', 'Outputs']) template[part] = substitute(template[part], id, given)
  for (const resource of Object.values(template.Resources)) {
    if (resource.DependsOn === undefined) continue
    resource.DependsOn = [resource.DependsOn]
      .flat()
      .filter((other) => other !== id && !without.includes(other))
    if (resource.DependsOn.length === 0) delete resource.DependsOn
  }
}

const useKey = (template, arn) => {
  const { id } = match(KEY_ARN, arn, 'keyArn', 'the ARN of a KMS key')
  replace(template, 'ArchiveKey', { ref: id, attributes: { Arn: arn }, without: ['ArchiveKeyAlias'] })
}

const useHotBucket = (template, name) => {
  match(BUCKET, name, 'hotBucket', 'the name of a bucket')
  const arn = `arn:\${AWS::Partition}:s3:::${name}`
  replace(template, 'HotBucket', { ref: name, attributes: { Arn: arn }, without: ['HotBucketPolicy'] })
  const statements = template.Resources.ObjectsQueuePolicy.Properties.PolicyDocument.Statement
  const notify = statements.find(({ Sid }) => Sid === 'BucketNotifications')
  notify.Condition.ArnEquals['aws:SourceArn'] = { 'Fn::Sub': arn }
}

const useRecordsQueue = (template, arn) => {
  const { region, account, name } = match(
    QUEUE_ARN,
    arn,
    'recordsQueueArn',
    'the ARN of a standard SQS queue',
  )
  replace(template, 'RecordsQueue', {
    ref: `https://sqs.${region}.\${AWS::URLSuffix}/${account}/${name}`,
    attributes: { Arn: arn, QueueName: name },
    without: ['RecordsQueuePolicy'],
  })
  // the queue's own redrive policy is to name these dead letters
  template.Resources.RecordsDeadLetters.Properties.RedriveAllowPolicy.sourceQueueArns = [arn]
}

export const useYourOwn = (template, { keyArn, hotBucket, recordsQueueArn }) => {
  if (keyArn !== '') useKey(template, keyArn)
  if (hotBucket !== '') useHotBucket(template, hotBucket)
  if (recordsQueueArn !== '') useRecordsQueue(template, recordsQueueArn)
}
