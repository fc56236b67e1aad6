import { gzipSync } from 'node:zlib'
import type { Draw } from '../simulation/draw.ts'

export type HostileFile = { readonly key: string; readonly data: Uint8Array }

const TEXTS: readonly ((draw: Draw) => string)[] = [
  () => '{"flight":'.repeat(20_000),
  () => '['.repeat(100_000),
  (draw) => `{"flight":"${'x'.repeat(10_000 + draw.below(900_000))}","date":"2018-02-07T00:00:00Z"}`,
  () => '{"__proto__":{"flight":"p"},"constructor":1,"flight":"c","date":"2018-02-07T00:00:00Z"}',
  () => '{"flight":"\\ud800","date":1e400}',
  () => '{"flight":"../../\u202e%2f\\u0000","date":"+275760-09-13T00:00:00.001Z"}',
  (draw) =>
    Buffer.from(draw.bytes(5000))
      .toString('latin1')
      .replace(/[^\x20-\x7e]/g, '?'),
  () => `{"dataset":"flights","records":[${'{},'.repeat(20_000)}{}]}`,
]

const FILES: readonly ((draw: Draw) => { readonly name: string; readonly data: Uint8Array })[] = [
  (draw) => ({ name: 'noise.parquet', data: draw.bytes(20_000) }),
  (draw) => ({ name: 'noise.ndjson.zst', data: draw.bytes(20_000) }),
  () => ({ name: 'bomb.ndjson.gz', data: gzipSync(Buffer.alloc(64 << 20)) }),
  () => ({ name: 'open.csv', data: Buffer.from(`flight,date\n"${'x'.repeat(2 << 20)}`) }),
  () => ({ name: 'cut.ndjson.gz', data: gzipSync(Buffer.alloc(100_000, 'abc\n')).subarray(0, 200) }),
  () => ({ name: 'bytes.ndjson', data: Buffer.alloc(300_000, 0xff) }),
]

/** Messages and files that nobody means well with. */
export const makeHostile = (draw: Draw) => {
  let made = 0
  return {
    text: (): string => draw.pick(TEXTS)?.(draw) ?? '',
    file: (): HostileFile => {
      made += 1
      const { name, data } = draw.pick(FILES)?.(draw) ?? { name: 'empty.ndjson', data: new Uint8Array() }
      return { key: `flights/hostile/${made}/${name}`, data }
    },
  }
}
