import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeMemoryArchive } from '../../shared/adapters/memory/memory-archive.ts'
import { makeMemoryCatalog } from '../../shared/adapters/memory/memory-catalog.ts'
import { makeMemoryHotObjects } from '../../shared/adapters/memory/memory-hot-store.ts'
import { makeMemoryMetrics } from '../../shared/adapters/memory/memory-metrics.ts'
import { makeMemoryQuarantine } from '../../shared/adapters/memory/memory-quarantine.ts'
import type { HotStore } from '../../shared/ports/hot-store.ts'
import { ageObject } from '../../shared/use-cases/age-object.ts'
import { makeDurableS3Store } from '../../simulator/s3/durable-store.ts'
import { makeS3Model } from '../../simulator/s3/s3-model.ts'
import { aDataset, NOON } from '../support/builders.ts'
import { HUGE_OBJECTS } from './huge-objects.ts'

// Ages one object, which its argument names, in a process of its own, and tells a line of JSON about it. The archive is on
// disk and the object is made while it is read, so that the memory that is taken is that of the use case.

const object = HUGE_OBJECTS.get(process.argv[2] ?? '')
if (object === undefined) throw new Error(`expected one of ${[...HUGE_OBJECTS.keys()].join(', ')}`)

const directory = mkdtempSync(join(tmpdir(), 'icecore-huge-'))
const now = () => NOON
const store = makeDurableS3Store(directory)
const s3 = makeS3Model({ now, store, meter: { add: () => undefined }, random: () => 0.5 })
s3.createBucket({ bucket: 'archive' })
const archive = makeMemoryArchive(s3, 'archive')
const quarantine = makeMemoryQuarantine(archive)
const dataset = aDataset({ limits: { maxBodyBytes: object.maxBodyBytes, maxFuture: 1000 } })
let isHot = true
const hot: HotStore = {
  find: async (key) => ({ key, version: '1', etag: '1', bytes: 1 }),
  stream: async () => object.content(),
  read: async () => new Uint8Array(),
  remove: async () => {
    isHot = false
    return 'removed'
  },
}

const megabytes = () => process.resourceUsage().maxRSS / 1024
const before = megabytes()
const ended = await ageObject({
  ...makeMemoryCatalog(),
  config: { datasets: new Map([[dataset.name, dataset]]), destinations: new Map(), batchThawsAbove: null },
  hot,
  register: makeMemoryHotObjects(),
  writer: archive.writer,
  quarantine,
  metrics: makeMemoryMetrics(),
  now,
  random: (bytes) => new Uint8Array(bytes),
  hasTime: () => true,
})({ key: object.key, sentAt: NOON }).catch(String)
const { user, system } = process.cpuUsage()
const items = quarantine.units().flatMap((unit) => unit.items)
console.log(
  JSON.stringify({
    ended,
    isHot,
    quarantined: items.map(({ reason, detail, encoding, cut, text }) => ({
      reason,
      detail,
      cut,
      bytes: Buffer.byteLength(text, encoding),
    })),
    megabytes: megabytes(),
    grown: megabytes() - before,
    cpuSeconds: (user + system) / 1e6,
  }),
)
store.close()
rmSync(directory, { recursive: true })
