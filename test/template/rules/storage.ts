import {
  at,
  list,
  type Resource,
  type Rule,
  referred,
  resourcesOf,
  same,
  set,
  type Template,
  unless,
} from '../template.ts'

const BUCKET = 'AWS::S3::Bucket'
const TABLE = 'AWS::DynamoDB::Table'
const KEY = 'AWS::KMS::Key'
/** osls makes this one for its own artifacts. */
const DEPLOYMENT_BUCKET = 'ServerlessDeploymentBucket'

const encryption = 'Properties.BucketEncryption.ServerSideEncryptionConfiguration.0'
const publicAccess = 'Properties.PublicAccessBlockConfiguration'

const deniesPlainHttp = (statement: unknown, resources: unknown) =>
  at(statement, 'Effect') === 'Deny' &&
  at(statement, 'Principal') === '*' &&
  String(at(statement, 'Condition.Bool.aws:SecureTransport')) === 'false' &&
  same(at(statement, 'Resource'), resources)

const isTlsOnly = (template: Template, bucket: Resource) =>
  resourcesOf(template, 'AWS::S3::BucketPolicy')
    .filter((policy) => referred(at(policy, 'Properties.Bucket')) === bucket.id)
    .flatMap((policy) => list(at(policy, 'Properties.PolicyDocument.Statement')))
    .some((statement) =>
      deniesPlainHttp(statement, [
        { 'Fn::GetAtt': [bucket.id, 'Arn'] },
        { 'Fn::Sub': `\${${bucket.id}.Arn}/*` },
      ]),
    )

/** S3 delivers its logs to a bucket with S3's own keys only. */
const LOGS_BUCKET = 'LogsBucket'

const isOwn = ({ id }: Resource) => id !== DEPLOYMENT_BUCKET
const holdsRecords = (resource: Resource) => isOwn(resource) && resource.id !== LOGS_BUCKET

const isKept = (resource: Resource) =>
  resource.DeletionPolicy === 'Retain' && resource.UpdateReplacePolicy === 'Retain'

export const storageRules: Rule[] = [
  {
    name: 'every bucket blocks public access in all four ways',
    violations: (template) =>
      unless(template, BUCKET, (bucket) =>
        ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'].every(
          (way) => at(bucket, `${publicAccess}.${way}`) === true,
        ),
      ),
    breakIt: (template) => set(template, `Resources.ArchiveBucket.${publicAccess}.IgnorePublicAcls`, false),
  },
  {
    name: 'every bucket of records is encrypted with our key, through a bucket key',
    violations: (template) =>
      unless(
        template,
        BUCKET,
        (bucket) =>
          !holdsRecords(bucket) ||
          (at(bucket, `${encryption}.BucketKeyEnabled`) === true &&
            at(bucket, `${encryption}.ServerSideEncryptionByDefault.SSEAlgorithm`) === 'aws:kms' &&
            referred(at(bucket, `${encryption}.ServerSideEncryptionByDefault.KMSMasterKeyID`)) ===
              'ArchiveKey'),
      ),
    breakIt: (template) => set(template, `Resources.HotBucket.${encryption}.BucketKeyEnabled`, false),
  },
  {
    name: 'every bucket is versioned',
    violations: (template) =>
      unless(
        template,
        BUCKET,
        (bucket) => at(bucket, 'Properties.VersioningConfiguration.Status') === 'Enabled',
      ),
    breakIt: (template) => set(template, 'Resources.HotBucket.Properties.VersioningConfiguration', undefined),
  },
  {
    name: 'every bucket of records refuses requests without TLS',
    violations: (template) =>
      unless(template, BUCKET, (bucket) => !isOwn(bucket) || isTlsOnly(template, bucket)),
    breakIt: (template) =>
      set(template, 'Resources.ArchiveBucketPolicy.Properties.PolicyDocument.Statement.0.Effect', 'Allow'),
  },
  {
    name: 'it is logged who reads and writes every bucket of records',
    violations: (template) =>
      unless(
        template,
        BUCKET,
        (bucket) =>
          !holdsRecords(bucket) ||
          referred(at(bucket, 'Properties.LoggingConfiguration.DestinationBucketName')) === LOGS_BUCKET,
      ),
    breakIt: (template) =>
      set(template, 'Resources.ArchiveBucket.Properties.LoggingConfiguration', undefined),
  },
  {
    name: 'every bucket is encrypted',
    violations: (template) =>
      unless(
        template,
        BUCKET,
        (bucket) => at(bucket, `${encryption}.ServerSideEncryptionByDefault.SSEAlgorithm`) !== undefined,
      ),
    breakIt: (template) => set(template, 'Resources.LogsBucket.Properties.BucketEncryption', undefined),
  },
  {
    name: 'no bucket takes access control lists',
    violations: (template) =>
      unless(
        template,
        BUCKET,
        (bucket) =>
          !isOwn(bucket) ||
          at(bucket, 'Properties.OwnershipControls.Rules.0.ObjectOwnership') === 'BucketOwnerEnforced',
      ),
    breakIt: (template) => set(template, 'Resources.HotBucket.Properties.OwnershipControls', undefined),
  },
  {
    name: 'every bucket of records gives up on uploads that nobody finishes',
    violations: (template) =>
      unless(
        template,
        BUCKET,
        (bucket) =>
          !isOwn(bucket) ||
          list(at(bucket, 'Properties.LifecycleConfiguration.Rules')).some(
            (rule) => at(rule, 'AbortIncompleteMultipartUpload') !== undefined,
          ),
      ),
    breakIt: (template) => set(template, 'Resources.HotBucket.Properties.LifecycleConfiguration.Rules', []),
  },
  {
    name: 'every table has point-in-time recovery, deletion protection and our key',
    violations: (template) =>
      unless(
        template,
        TABLE,
        (table) =>
          at(table, 'Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled') === true &&
          at(table, 'Properties.DeletionProtectionEnabled') === true &&
          referred(at(table, 'Properties.SSESpecification.KMSMasterKeyId')) === 'ArchiveKey',
      ),
    breakIt: (template) =>
      set(template, 'Resources.CatalogTable.Properties.DeletionProtectionEnabled', false),
  },
  {
    name: 'a table forgets nothing but notes of failures and quotes',
    violations: (template) =>
      unless(
        template,
        TABLE,
        (table) => at(table, 'Properties.TimeToLiveSpecification.AttributeName') === 'forgetNoteAt',
      ),
    breakIt: (template) =>
      set(template, 'Resources.CatalogTable.Properties.TimeToLiveSpecification.AttributeName', 'at'),
  },
  {
    name: 'the key rotates',
    violations: (template) =>
      unless(template, KEY, (key) => at(key, 'Properties.EnableKeyRotation') === true),
    breakIt: (template) => set(template, 'Resources.ArchiveKey.Properties.EnableKeyRotation', false),
  },
  {
    name: 'data and its key outlive the stack',
    violations: (template) =>
      [BUCKET, TABLE, KEY].flatMap((type) =>
        unless(template, type, (resource) => !isOwn(resource) || isKept(resource)),
      ),
    breakIt: (template) => set(template, 'Resources.ArchiveKey.DeletionPolicy', 'Delete'),
  },
]
