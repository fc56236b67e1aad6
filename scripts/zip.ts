import { crc32, deflateRawSync } from 'node:zlib'

export type ZipEntry = { readonly name: string; readonly bytes: Uint8Array }

/** 1980-01-01 00:00, the first time that a zip file can say. */
const DOS_DATE = 0x21
const DOS_TIME = 0
const DEFLATE = 8
const UTF8_NAMES = 0x800
const VERSION = 20
const UNIX = 3 << 8
const REGULAR_FILE_MODE = 0o100644 << 16
const LIMIT = 0xffffffff

/**
 * A zip file whose bytes follow from names and contents alone: entries sorted by name, one fixed time and mode.
 * Lambda compares the digest of what is deployed, so that what did not change is not deployed again.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export const zip = (entries: readonly ZipEntry[]): Buffer => {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const { name, bytes } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const nameBytes = Buffer.from(name)
    const packed = deflateRawSync(bytes, { level: 9 })
    const common = commonFields(nameBytes, bytes, packed)
    const local = Buffer.concat([uint32(0x04034b50), uint16(VERSION), common, nameBytes, packed])
    const central = [uint32(0x02014b50), uint16(UNIX | VERSION), uint16(VERSION), common]
    // no comment, first disk, no internal attributes
    central.push(uint16(0), uint16(0), uint16(0), uint32(REGULAR_FILE_MODE), uint32(offset), nameBytes)
    locals.push(local)
    centrals.push(Buffer.concat(central))
    offset += local.length
  }
  const directory = Buffer.concat(centrals)
  if (offset + directory.length > LIMIT) throw new Error('zip: more than 4 GiB')
  const count = uint16(entries.length)
  const sizes = [uint32(directory.length), uint32(offset)]
  return Buffer.concat([
    ...locals,
    directory,
    uint32(0x06054b50),
    uint32(0),
    count,
    count,
    ...sizes,
    uint16(0),
  ])
}

/** From the flags to the length of the extra field: the same in both headers. */
const commonFields = (name: Buffer, bytes: Uint8Array, packed: Buffer) =>
  Buffer.concat([
    uint16(UTF8_NAMES),
    uint16(DEFLATE),
    uint16(DOS_TIME),
    uint16(DOS_DATE),
    uint32(crc32(bytes)),
    uint32(packed.length),
    uint32(bytes.length),
    uint16(name.length),
    uint16(0),
  ])

const uint16 = (value: number) => {
  const buffer = Buffer.alloc(2)
  buffer.writeUInt16LE(value)
  return buffer
}

const uint32 = (value: number) => {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value >>> 0)
  return buffer
}
