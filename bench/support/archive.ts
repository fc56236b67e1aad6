import { randomBytes } from 'node:crypto'
import config from '../../icecore.config.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import type { NewObject } from '../../shared/ports/segment-store.ts'

/** An archive whose objects stay in memory or are only counted: it measures the work, not a store. */
export const makeBenchArchive = (options: { readonly keep: boolean }) => {
  const objects = new Map<string, Uint8Array>()
  let stored = 0
  const put = async ({ key, bytes, content }: NewObject) => {
    stored += bytes
    if (options.keep && content.kind === 'memory') objects.set(key, content.data)
    return 'stored' as const
  }
  const ignore = () => undefined
  return {
    config,
    ...makeMemoryCatalog(),
    objects,
    stored: () => stored,
    writer: { put },
    quarantine: { keep: async () => 'kept' as const },
    metrics: { aged: ignore, duplicatesDropped: ignore, quarantined: ignore, sealed: ignore },
    now: () => Date.now(),
    random: randomBytes,
  }
}
