import { makeDurableS3Store } from '../../../simulator/s3/durable-store.ts'
import { makeS3Model } from '../../../simulator/s3/s3-model.ts'

/** Puts small and large objects into `ice`, and names each on stdout once it is acknowledged, until it is killed. */
const [, , directory = ''] = process.argv
const s3 = makeS3Model({
  now: () => Date.parse('2026-03-02T12:00:00Z'),
  store: makeDurableS3Store(directory),
  meter: { add: () => undefined },
})
s3.createBucket({ bucket: 'ice' })

const writeNext = (index: number) => {
  const size = [10, 70_000, 1_000_000][index % 3] ?? 0
  const key = `${index}-${size}`
  s3.putObject({ bucket: 'ice', key, body: Buffer.alloc(size, key) })
  process.stdout.write(`${key}\n`, () => writeNext(index + 1))
}
writeNext(0)
