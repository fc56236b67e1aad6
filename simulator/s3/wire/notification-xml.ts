import { malformedXml, notImplemented } from '../s3-error.ts'
import type { QueueNotification } from '../stored.ts'
import { childOf, childrenOf, exactTextOf, requiredText, textOf, type XmlNode } from './xml-reader.ts'
import { element, type Xml, xmlDocument } from './xml-writer.ts'

const parseRules = (node: XmlNode) => {
  const filter = childOf(node, 'Filter')
  const key = filter && childOf(filter, 'S3Key')
  const found = { prefix: '', suffix: '' }
  for (const rule of key === undefined ? [] : childrenOf(key, 'FilterRule')) {
    const name = requiredText(rule, 'Name').trim().toLowerCase()
    if (name !== 'prefix' && name !== 'suffix') throw malformedXml()
    found[name] = exactTextOf(rule, 'Value') ?? ''
  }
  return found
}

const parseQueue = (node: XmlNode, index: number): QueueNotification => ({
  id: textOf(node, 'Id') ?? `notification-${index + 1}`,
  queueArn: requiredText(node, 'Queue').trim(),
  events: childrenOf(node, 'Event').map(({ text }) => text.trim()),
  ...parseRules(node),
})

export const parseNotifications = (document: XmlNode): QueueNotification[] => {
  if (document.name !== 'NotificationConfiguration') throw malformedXml()
  for (const { name } of document.children) {
    if (name !== 'QueueConfiguration') throw notImplemented(`notifications by ${name}`)
  }
  return childrenOf(document, 'QueueConfiguration').map(parseQueue)
}

const ruleElement = (name: string, value: string): Xml[] =>
  value === '' ? [] : [element('FilterRule', element('Name', name), element('Value', value))]

export const notificationDocument = (notifications: readonly QueueNotification[]) =>
  xmlDocument(
    'NotificationConfiguration',
    notifications.map(({ id, queueArn, events, prefix, suffix }) => {
      const rules = [...ruleElement('Prefix', prefix), ...ruleElement('Suffix', suffix)]
      return element(
        'QueueConfiguration',
        element('Id', id),
        element('Queue', queueArn),
        events.map((event) => element('Event', event)),
        rules.length === 0 ? undefined : element('Filter', element('S3Key', rules)),
      )
    }),
  )
