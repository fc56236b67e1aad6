import { type QuarantinedUnit, UNKNOWN_DATASET } from '../../shared/ports/quarantine.ts'
import { SegmentIsMissing } from '../../shared/ports/segment-store.ts'
import type { Cloud } from './cloud.ts'
import type { Sent } from './producer.ts'
import { Violation } from './violation.ts'

/** Where texts are that are not in the archive: looked at again only where something has changed. */
export const makeWhereabouts = (cloud: Cloud) => {
  const { changes, queues, quarantine } = cloud
  const linesOf = new Map<string, ReadonlySet<string>>()
  const itemsOf = new Map<string, ReadonlySet<string>>()
  let hot: ReadonlyMap<string, ReadonlySet<string>> = new Map()
  let kept: readonly { dataset: string; texts: ReadonlySet<string> }[] = []

  const lines = (text: string): ReadonlySet<string> => {
    const known = linesOf.get(text) ?? new Set(text.split('\n'))
    linesOf.set(text, known)
    return known
  }

  const textsOf = async (unit: QuarantinedUnit): Promise<ReadonlySet<string>> => {
    try {
      return new Set((await quarantine.objects.items(unit)).map((item) => item.text))
    } catch (error) {
      if (error instanceof SegmentIsMissing)
        throw new Violation('catalog truth', `${unit.name} is booked as quarantined and is not there`)
      throw error
    }
  }

  /** What the register names and the bucket holds. */
  const lookIntoQuarantine = async () => {
    const datasets = [...cloud.config.datasets.keys(), UNKNOWN_DATASET]
    const units = await Promise.all(
      datasets.map((dataset) => quarantine.index.newest(dataset, 'waiting', 10_000)),
    )
    return Promise.all(
      units.flat().map(async (unit) => {
        const texts = itemsOf.get(unit.name) ?? (await textsOf(unit))
        itemsOf.set(unit.name, texts)
        return { dataset: unit.dataset, texts }
      }),
    )
  }

  return {
    look: async () => {
      if (changes.hot) hot = new Map(cloud.hotKeys().map((key) => [key, lines(cloud.hotText(key))]))
      if (changes.quarantine) kept = await lookIntoQuarantine()
      changes.hot = false
      changes.quarantine = false
    },
    isThere: ({ dataset, text }: Sent): boolean => {
      for (const body of queues.records.bodies())
        if (body.dataset === dataset && lines(body.text).has(text)) return true
      for (const [key, texts] of hot) if (key.startsWith(`${dataset}/`) && texts.has(text)) return true
      return kept.some((unit) => unit.dataset === dataset && unit.texts.has(text))
    },
  }
}
