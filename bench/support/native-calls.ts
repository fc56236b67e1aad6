import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

const PAGE = 2 ** 20
const LF = 0x0a

/** Each line of a file, as bytes, with what is left of the pages behind it. */
async function* pagesOf(path: string): AsyncGenerator<{ page: Buffer; lines: Buffer[] }> {
  let rest = Buffer.alloc(0)
  for await (const chunk of createReadStream(path, { highWaterMark: PAGE })) {
    const page = Buffer.concat([rest, chunk])
    const end = page.lastIndexOf(LF) + 1
    const lines: Buffer[] = []
    for (let at = 0; at < end; ) {
      const next = page.indexOf(LF, at)
      lines.push(page.subarray(at, next))
      at = next + 1
    }
    rest = page.subarray(end)
    yield { page: page.subarray(0, end), lines }
  }
}

/**
 * What the storage rules ask of native code for each line of a file, and nothing else: its text, `JSON.parse`, its MD5 as it goes in
 * and as it comes out again, zstd at level 1 and back, the SHA-256 of the outcome. No JavaScript that ages an object is faster.
 */
export const callNativeCode = async (path: string): Promise<void> => {
  const params = { [constants.ZSTD_c_compressionLevel]: 1 }
  let hashed = 0
  for await (const { page, lines } of pagesOf(path)) {
    for (const line of lines) {
      const text = line.toString('utf8')
      const parsed: unknown = JSON.parse(text)
      const [goingIn, comingOut] = [hash('md5', text, 'binary'), hash('md5', text, 'binary')]
      if (goingIn !== comingOut) throw new Error('MD5')
      hashed += 1
      if (typeof parsed !== 'object') throw new Error('a line that is no object')
    }
    const packed = zstdCompressSync(page, { params, pledgedSrcSize: page.length, chunkSize: PAGE })
    if (!zstdDecompressSync(packed, { chunkSize: 2 * PAGE }).equals(page)) throw new Error('zstd')
    hash('sha256', packed)
  }
  if (hashed === 0) throw new Error(`${path} has no lines`)
}
