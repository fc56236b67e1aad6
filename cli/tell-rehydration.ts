import type { RehydrationAnswer, RehydrationLine } from 'icecore/client'
import type { Answer } from './command.ts'
import { EXIT, type ExitStatus } from './exit-status.ts'
import { countOf, formatFields } from './text.ts'

const SELECTED_SHOWN = 3

const tellSelect = ({ ids = [], from, to, where, limit }: RehydrationAnswer['select']): string => {
  const some = ids.slice(0, SELECTED_SHOWN).map(({ id }) => id)
  const parts = from === undefined ? [some.join(', ')] : [`${from} to ${to}`]
  if (ids.length > some.length) parts.push(`and ${ids.length - some.length} more`)
  if (where !== undefined) parts.push(`where ${JSON.stringify(where)}`)
  if (limit !== undefined) parts.push(`at most ${limit}`)
  return parts.join(' ')
}

const tellTiers = ({ tier, tiers }: RehydrationLine): string =>
  tier ?? `GLACIER ${tiers.GLACIER}, DEEP_ARCHIVE ${tiers.DEEP_ARCHIVE}`

export const formatDollars = (dollars: number): string =>
  `$${dollars < 1 ? dollars.toFixed(6) : dollars.toFixed(2)}`

const tellCost = ({ soFar, atMost }: NonNullable<RehydrationLine['cost']>): string =>
  [
    ...(soFar === undefined ? [] : [`${formatDollars(soFar)} so far`]),
    ...(atMost === null ? [] : [`at most ${formatDollars(atMost)}`]),
  ].join(', ')

/** Everything that there is to know of a rehydration, a line each. */
export const tellRehydration = (rehydration: RehydrationAnswer): string => {
  const { progress, result, reason, keepDays, maxCostUsd } = rehydration
  const fields: (readonly [string, string])[] = [
    ['id', rehydration.id],
    ['status', rehydration.status],
    ['dataset', rehydration.dataset],
    ['select', tellSelect(rehydration.select)],
    ['tier', tellTiers(rehydration)],
    ['destination', rehydration.destination],
    ['format', [rehydration.format, rehydration.compression].filter((part) => part !== 'none').join(', ')],
    ['requested', rehydration.requestedAt],
  ]
  if (rehydration.readyBy !== null) fields.push(['wanted by', rehydration.readyBy])
  if (maxCostUsd !== null) fields.push(['costs at most', formatDollars(maxCostUsd)])
  if (rehydration.cost !== undefined) fields.push(['cost', tellCost(rehydration.cost)])
  if (rehydration.approval !== null) fields.push(['approved by', rehydration.approval.by])
  if (keepDays !== null) fields.push(['kept', `${keepDays} days`])
  if (progress !== undefined && result === undefined) {
    const { planned, thawing, hydrating, done } = progress.partitions
    fields.push([
      'partitions',
      `${done} done, ${hydrating} hydrating, ${thawing} thawing, ${planned} planned`,
    ])
    if (progress.readyBy !== null) fields.push(['readable by', progress.readyBy])
    if (progress.segmentsRaised > 0) fields.push(['made faster', countOf(progress.segmentsRaised, 'segment')])
  }
  if (rehydration.expectedBy !== null) fields.push(['expected by', rehydration.expectedBy])
  if (reason !== undefined) fields.push(['reason', reason])
  if (result !== undefined) {
    const { complete, segments, notFound } = result
    fields.push(
      ['completed', rehydration.completedAt ?? ''],
      [
        'records',
        `${result.records} in ${countOf(result.files, 'file')} of ${countOf(result.bytes, 'byte')}`,
      ],
      ['complete', complete ? 'yes' : `no: ${segments.read} of ${segments.segments} segments were read`],
      ...(notFound === null ? [] : [['ids not found', String(notFound)] as const]),
      ['manifest', result.manifest],
    )
  }
  return formatFields(fields)
}

/** The exit status that a rehydration which is over calls for. */
export const statusOfOutcome = ({ status, result }: RehydrationAnswer): ExitStatus =>
  status === 'completed' && result?.complete === true ? EXIT.ok : EXIT.notDelivered

export const answerRehydration = (rehydration: RehydrationAnswer): Answer => ({
  json: rehydration,
  text: tellRehydration(rehydration),
})
