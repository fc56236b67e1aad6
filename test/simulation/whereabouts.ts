import { makeDeadLetterObjects } from '../../shared/adapters/dead-letter-store.ts'
import { readMessage } from '../../shared/codec/envelope.ts'
import { type QuarantinedUnit, UNKNOWN_DATASET } from '../../shared/ports/quarantine.ts'
import { SegmentIsMissing } from '../../shared/ports/segment-store.ts'
import type { Cloud } from './cloud.ts'
import { waitingLetters } from './letters.ts'
import type { Sent } from './producer.ts'
import type { Sending } from './queues.ts'
import { Violation } from './violation.ts'

type Texts = { readonly dataset: string; readonly texts: ReadonlySet<string> }

const RECORDS = 'records'

/** Where texts are that are not in the archive: looked at again only where something has changed. */
export const makeWhereabouts = (cloud: Cloud) => {
  const { changes, queues } = cloud
  const letters = makeDeadLetterObjects(cloud.ports)
  const known = new Map<string, readonly Texts[]>()
  let hot: readonly Texts[] = []
  let kept: readonly Texts[] = []
  let queued: readonly Texts[] = []
  let dead: readonly Texts[] = []

  /** What `make` gives, made once for each name. */
  const once = (name: string, make: () => readonly Texts[]): readonly Texts[] => {
    const made = known.get(name) ?? make()
    known.set(name, made)
    return made
  }

  const read = ({ text, dataset }: Pick<Sending, 'text' | 'dataset'>): readonly Texts[] =>
    readMessage(text, dataset).records.map((one) => ({ dataset: one.dataset, texts: new Set([one.text]) }))
  const messages = new WeakMap<object, readonly Texts[]>()
  const inMessage = (message: Sending): readonly Texts[] => {
    const made = messages.get(message) ?? read(message)
    messages.set(message, made)
    return made
  }
  /** Of a message of the records queue, as a queue gave it up. */
  const inBody = (body: string) => once(`body ${body}`, () => read(JSON.parse(body)))

  const inUnit = async (unit: QuarantinedUnit): Promise<readonly Texts[]> => {
    const name = `unit ${unit.name}`
    if (known.has(name)) return once(name, () => [])
    try {
      const items = await cloud.quarantine().objects.items(unit)
      return once(name, () => [{ dataset: unit.dataset, texts: new Set(items.map((item) => item.text)) }])
    } catch (error) {
      if (error instanceof SegmentIsMissing)
        throw new Violation('catalog truth', `${unit.name} is booked as quarantined and is not there`)
      throw error
    }
  }

  /** What the register names and the bucket holds, and the dead letters of the records queue. */
  const inQuarantine = async () => {
    const all: Texts[] = []
    for (const dataset of [...cloud.config.datasets.keys(), UNKNOWN_DATASET])
      for (const unit of await cloud.quarantine().index.newest(dataset, 'waiting', 10_000))
        all.push(...(await inUnit(unit)))
    for (const letter of await waitingLetters(cloud, RECORDS))
      all.push(...inBody((await letters.read(letter)).body))
    return all
  }

  const holds = (some: readonly Texts[], { dataset, text }: Sent) =>
    some.some((one) => one.dataset === dataset && one.texts.has(text))

  return {
    look: async () => {
      if (changes.hot)
        hot = cloud.hotObjects().map(({ key, texts }) => ({
          dataset: key.slice(0, key.indexOf('/')),
          texts: new Set(texts),
        }))
      if (changes.quarantine) kept = await inQuarantine()
      changes.hot = false
      changes.quarantine = false
      queued = queues.records.bodies().flatMap(inMessage)
      dead = queues.dead.bodies().flatMap(({ queue, body }) => (queue === RECORDS ? inBody(body) : []))
    },
    isThere: (one: Sent): boolean =>
      holds(queued, one) || holds(dead, one) || holds(hot, one) || holds(kept, one),
  }
}
