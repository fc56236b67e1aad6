import { escapeXml } from '../../wire/auth-answer.ts'

/**
 * The older form-and-XML protocol, as older AWS CLIs and SDKs speak it, to and from the shapes of the JSON one.
 * Lists and maps are flattened: `AttributeName.1=All`, `Tag.1.Key=team&Tag.1.Value=archive`.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-making-api-requests-xml.html
 */
type Tree = { text: string | undefined; readonly children: Map<string, Tree> }

const listMembers: Readonly<Record<string, string>> = {
  AttributeName: 'AttributeNames',
  MessageSystemAttributeName: 'MessageSystemAttributeNames',
  MessageAttributeName: 'MessageAttributeNames',
  TagKey: 'TagKeys',
  SendMessageBatchRequestEntry: 'Entries',
  DeleteMessageBatchRequestEntry: 'Entries',
  ChangeMessageVisibilityBatchRequestEntry: 'Entries',
}
const mapMembers: Readonly<Record<string, string>> = {
  Attribute: 'Attributes',
  MessageAttribute: 'MessageAttributes',
  MessageSystemAttribute: 'MessageSystemAttributes',
  Tag: 'Tags',
}

/** The action's name, and its input as the JSON protocol would have it. */
export const decodeForm = (
  form: string,
): { readonly action: string; readonly input: Record<string, unknown> } => {
  const root: Tree = { text: undefined, children: new Map() }
  for (const [key, value] of new URLSearchParams(form)) {
    let node = root
    for (const part of key.split('.')) {
      const child = node.children.get(part) ?? { text: undefined, children: new Map() }
      node.children.set(part, child)
      node = child
    }
    node.text = value
  }
  const action = root.children.get('Action')?.text ?? ''
  for (const name of ['Action', 'Version']) root.children.delete(name)
  const input = structure(root)
  if (action !== 'CreateQueue' || input.Tags === undefined) return { action, input }
  // The one member that the JSON protocol writes small.
  const { Tags: tags, ...rest } = input
  return { action, input: { ...rest, tags } }
}

const structure = (tree: Tree): Record<string, unknown> =>
  Object.fromEntries(
    [...tree.children].map(([name, child]): [string, unknown] => {
      const list = listMembers[name]
      if (list !== undefined) return [list, itemsOf(child).map(contentOf)]
      const map = mapMembers[name]
      if (map !== undefined) return [map, Object.fromEntries(itemsOf(child).map(entryOf))]
      return [name, contentOf(child)]
    }),
  )

const contentOf = (tree: Tree): unknown => (tree.children.size === 0 ? tree.text : structure(tree))

const itemsOf = (tree: Tree) =>
  [...tree.children].sort(([left], [right]) => Number(left) - Number(right)).map(([, item]) => item)

const entryOf = (item: Tree): [string, unknown] => {
  const name = item.children.get('Name') ?? item.children.get('Key')
  const value = item.children.get('Value')
  return [name?.text ?? '', value === undefined ? '' : contentOf(value)]
}

const listElements: Readonly<Record<string, string>> = {
  QueueUrls: 'QueueUrl',
  queueUrls: 'QueueUrl',
  Messages: 'Message',
  Failed: 'BatchResultErrorEntry',
  Results: 'ListMessageMoveTasksResultEntry',
}
const mapElements: Readonly<Record<string, readonly [element: string, key: string]>> = {
  Attributes: ['Attribute', 'Name'],
  MessageAttributes: ['MessageAttribute', 'Name'],
  Tags: ['Tag', 'Key'],
}

const element = (name: string, inner: string) => `<${name}>${inner}</${name}>`

const encodeMembers = (action: string, value: object): string =>
  Object.entries(value)
    .map(([name, member]: [string, unknown]) => {
      if (Array.isArray(member)) {
        const items: readonly unknown[] = member
        const itemName = listElements[name] ?? `${action}ResultEntry`
        return items.map((item) => element(itemName, encodeValue(action, item))).join('')
      }
      const map = mapElements[name]
      if (map === undefined || typeof member !== 'object' || member === null) {
        return element(name, encodeValue(action, member))
      }
      const [entryName, keyName] = map
      return Object.entries(member)
        .map(([key, inner]: [string, unknown]) => {
          const keyElement = element(keyName, escapeXml(key))
          return element(entryName, keyElement + element('Value', encodeValue(action, inner)))
        })
        .join('')
    })
    .join('')

const encodeValue = (action: string, value: unknown): string =>
  typeof value === 'object' && value !== null ? encodeMembers(action, value) : escapeXml(String(value))

/** Every other action's answer has a result element, if an empty one. */
const withoutResult = new Set([
  'ChangeMessageVisibility',
  'DeleteMessage',
  'DeleteQueue',
  'PurgeQueue',
  'SetQueueAttributes',
  'TagQueue',
  'UntagQueue',
])

export const encodeXml = (action: string, output: object, requestId: string) => {
  const result = withoutResult.has(action) ? '' : element(`${action}Result`, encodeMembers(action, output))
  const metadata = element('ResponseMetadata', element('RequestId', requestId))
  return `<?xml version="1.0"?>\n<${action}Response xmlns="http://queue.amazonaws.com/doc/2012-11-05/">${result}${metadata}</${action}Response>`
}
