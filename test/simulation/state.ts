import { liveCommits } from '../../shared/domain/commit.ts'
import type { Cloud } from './cloud.ts'

const list = (items: readonly string[]) => (items.length === 0 ? 'none' : items.join(', '))

/** What is stored at this moment, line by line: for a person who looks for what went wrong. */
export const describeState = async (cloud: Cloud): Promise<readonly string[]> => {
  const lines: string[] = []
  for (const dataset of cloud.config.datasets.keys())
    for await (const entry of cloud.ports.registry.list(dataset)) {
      const { commits, holdings, waiters } = await cloud.ports.log.read(entry)
      const live = new Set(liveCommits(commits).map(({ id }) => id))
      lines.push(
        `partition ${dataset} ${entry.partition}, swept next at ${new Date(entry.dueAt).toISOString()}`,
      )
      for (const { id, segments, replaces } of commits) {
        const made = segments.map(({ id: segment, records }) => `${segment} (${records.count} records)`)
        const over = replaces.length === 0 ? '' : ` in place of ${list(replaces)}`
        lines.push(`  ${live.has(id) ? 'live' : 'dead'} ${id}: ${list(made)}${over}`)
      }
      for (const { segmentId, storageClass, target, thaw } of holdings.values())
        lines.push(
          `  ${segmentId} in ${storageClass}${target === null ? '' : `, tagged for ${target}`}${thaw === null ? '' : `, thaw until ${thaw.readableUntil}`}`,
        )
      for (const { rehydrationId, segmentIds } of waiters)
        lines.push(`  ${rehydrationId} waits for ${list(segmentIds)}`)
    }
  for (const { key, storageClass, size } of cloud.archived())
    lines.push(`archive ${key} (${storageClass}, ${size} bytes)`)
  for (const { key, texts } of cloud.hotObjects()) lines.push(`hot ${key}: ${texts.join(' ')}`)
  for (const queue of Object.values(cloud.queues))
    for (const body of queue.bodies()) lines.push(`${queue.name} queue: ${JSON.stringify(body)}`)
  return lines
}
