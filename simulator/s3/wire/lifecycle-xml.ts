import { checkStorageClass } from '../describe-object.ts'
import { malformedXml } from '../s3-error.ts'
import type { LifecycleRule } from '../stored.ts'
import {
  allowOnly,
  childOf,
  childrenOf,
  exactTextOf,
  integerOf,
  requiredInteger,
  requiredText,
  textOf,
  type XmlNode,
} from './xml-reader.ts'
import { element, isoTime, optional, type Xml, xmlDocument } from './xml-writer.ts'

const parseWhen = (node: XmlNode) => {
  const days = integerOf(node, 'Days')
  const date = textOf(node, 'Date')
  if (days !== undefined && date === undefined) return { days }
  const time = Date.parse(date ?? '')
  if (days !== undefined || Number.isNaN(time)) throw malformedXml()
  return { date: time }
}

const parseTags = (nodes: readonly XmlNode[]) =>
  Object.fromEntries(nodes.map((tag) => [requiredText(tag, 'Key'), requiredText(tag, 'Value')]))

/** The prefix may also stand in the rule itself, as in old configurations. */
const parseFilter = (rule: XmlNode): LifecycleRule['filter'] => {
  const filter = childOf(rule, 'Filter')
  if (filter === undefined) return { prefix: exactTextOf(rule, 'Prefix') ?? '', tags: {} }
  const scope = childOf(filter, 'And') ?? filter
  allowOnly(scope, 'Prefix', 'Tag', 'ObjectSizeGreaterThan', 'ObjectSizeLessThan')
  const sizeGreaterThan = integerOf(scope, 'ObjectSizeGreaterThan')
  const sizeLessThan = integerOf(scope, 'ObjectSizeLessThan')
  // More than one condition needs an And.
  if (scope === filter && filter.children.length > 1) throw malformedXml()
  return {
    prefix: exactTextOf(scope, 'Prefix') ?? '',
    tags: parseTags(childrenOf(scope, 'Tag')),
    sizeGreaterThan,
    sizeLessThan,
  }
}

const parseExpiration = (node: XmlNode): LifecycleRule['expiration'] => {
  const marker = textOf(node, 'ExpiredObjectDeleteMarker')
  return marker === undefined ? parseWhen(node) : { expiredObjectDeleteMarker: marker === 'true' }
}

const parseRule = (node: XmlNode, index: number): LifecycleRule => {
  allowOnly(
    node,
    ...['ID', 'Status', 'Filter', 'Prefix', 'Transition', 'Expiration', 'NoncurrentVersionTransition'],
    ...['NoncurrentVersionExpiration', 'AbortIncompleteMultipartUpload'],
  )
  const status = textOf(node, 'Status')
  if (status !== 'Enabled' && status !== 'Disabled') throw malformedXml()
  const expiration = childOf(node, 'Expiration')
  const noncurrent = childOf(node, 'NoncurrentVersionExpiration')
  const abort = childOf(node, 'AbortIncompleteMultipartUpload')
  return {
    id: textOf(node, 'ID') ?? `rule-${index + 1}`,
    enabled: status === 'Enabled',
    filter: parseFilter(node),
    transitions: childrenOf(node, 'Transition').map((transition) => ({
      when: parseWhen(transition),
      storageClass: checkStorageClass(requiredText(transition, 'StorageClass')),
    })),
    expiration: expiration && parseExpiration(expiration),
    noncurrentTransitions: childrenOf(node, 'NoncurrentVersionTransition').map((transition) => ({
      days: requiredInteger(transition, 'NoncurrentDays'),
      newer: integerOf(transition, 'NewerNoncurrentVersions') ?? 0,
      storageClass: checkStorageClass(requiredText(transition, 'StorageClass')),
    })),
    noncurrentExpiration: noncurrent && {
      days: requiredInteger(noncurrent, 'NoncurrentDays'),
      newer: integerOf(noncurrent, 'NewerNoncurrentVersions') ?? 0,
    },
    abortUploadsAfterDays: abort && requiredInteger(abort, 'DaysAfterInitiation'),
  }
}

export const parseLifecycle = (document: XmlNode): LifecycleRule[] => {
  if (document.name !== 'LifecycleConfiguration') throw malformedXml()
  allowOnly(document, 'Rule')
  return childrenOf(document, 'Rule').map(parseRule)
}

const whenElement = (when: { days: number } | { date: number }) =>
  'days' in when ? element('Days', when.days) : element('Date', isoTime(when.date))

const filterElement = ({ prefix, tags, sizeGreaterThan, sizeLessThan }: LifecycleRule['filter']): Xml => {
  const conditions = [
    ...Object.entries(tags).map(([key, value]) =>
      element('Tag', element('Key', key), element('Value', value)),
    ),
    ...(sizeGreaterThan === undefined ? [] : [element('ObjectSizeGreaterThan', sizeGreaterThan)]),
    ...(sizeLessThan === undefined ? [] : [element('ObjectSizeLessThan', sizeLessThan)]),
  ]
  if (prefix !== '' || conditions.length === 0) conditions.unshift(element('Prefix', prefix))
  return conditions.length === 1
    ? element('Filter', conditions)
    : element('Filter', element('And', conditions))
}

const expirationElement = (expiration: NonNullable<LifecycleRule['expiration']>) =>
  element(
    'Expiration',
    'expiredObjectDeleteMarker' in expiration
      ? element('ExpiredObjectDeleteMarker', expiration.expiredObjectDeleteMarker)
      : whenElement(expiration),
  )

const noncurrentElements = ({ days, newer }: { days: number; newer: number }) => [
  element('NoncurrentDays', days),
  optional('NewerNoncurrentVersions', newer === 0 ? undefined : newer),
]

const ruleElement = (rule: LifecycleRule) =>
  element(
    'Rule',
    element('ID', rule.id),
    filterElement(rule.filter),
    element('Status', rule.enabled ? 'Enabled' : 'Disabled'),
    rule.transitions.map(({ when, storageClass }) =>
      element('Transition', whenElement(when), element('StorageClass', storageClass)),
    ),
    rule.expiration && expirationElement(rule.expiration),
    rule.noncurrentTransitions.map((transition) =>
      element(
        'NoncurrentVersionTransition',
        noncurrentElements(transition),
        element('StorageClass', transition.storageClass),
      ),
    ),
    rule.noncurrentExpiration &&
      element('NoncurrentVersionExpiration', noncurrentElements(rule.noncurrentExpiration)),
    rule.abortUploadsAfterDays === undefined
      ? undefined
      : element('AbortIncompleteMultipartUpload', element('DaysAfterInitiation', rule.abortUploadsAfterDays)),
  )

export const lifecycleDocument = (rules: readonly LifecycleRule[]) =>
  xmlDocument('LifecycleConfiguration', rules.map(ruleElement))
