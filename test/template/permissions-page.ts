import { openedTo, permissionSections } from './rules/access.ts'
import type { Template } from './template.ts'

/** docs/permissions.md, written from the packaged template; `npx vitest run test/template --update` writes it anew. */
export const permissionsPage = (template: Template): string => `# Who may do what

Every role and every policy of the packaged template, action by action. A test writes this page from the template and fails on any
difference, so nothing is granted that was not read here. Resources are named as in CloudFormation; \`*\` stands alone only where AWS lets no
resource be named.

Nor is anything missing: [a test](../test/permissions/permissions.test.ts) plays some days in which the functions do all that they do, and
holds each of their calls to S3, SQS, DynamoDB and EventBridge against these tables.

What holds, by rules of their own ([test](../test/template/rules/access.ts)): nothing is allowed to everyone; no action is a wildcard; each
function has a role of its own; \`expire-segments\` alone may delete from the archive, and no role may delete versions of an object.

## Callers

Attach these policies, whose ARNs the deployment prints, to whoever calls:

| policy | for |
| --- | --- |
| \`RecordProducerPolicyArn\` | what sends records |
| \`ReaderPolicyArn\` | who looks at what is archived, reads records that are not cold, and asks for prices |
| \`RehydratorPolicyArn\` | who asks for records back, and fetches them |
| \`ExpediterPolicyArn\` | who may, besides, ask for Expedited thaws |
| \`ApproverPolicyArn\` | who approves what is dear |
| \`OperatorPolicyArn\` | who uses the command line for quarantine, dead letters and the catalog |

## Roles and policies

${permissionSections(template)}

## Services

What the policies of queues, buckets, the key and the topic allow to others than roles of this account, each on that resource alone and
on the condition that it acts for this account. The first line of the key hands the decision to the account's IAM policies.

| resource | who | action |
| --- | --- | --- |
${openedTo(template)}
`
