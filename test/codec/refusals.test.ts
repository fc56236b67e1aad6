import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, zstdCompressSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memorySource, openFileSource } from '../../shared/codec/byte-source.ts'
import { digestRecords } from '../../shared/codec/digest.ts'
import { openSegment } from '../../shared/codec/open-segment.ts'
import { zstdAt } from '../../shared/codec/parquet-values.ts'
import { parseCsvRecord } from '../../shared/codec/parse-csv-record.ts'
import { parseJsonRecord } from '../../shared/codec/parse-record.ts'
import { promoteText } from '../../shared/codec/promote.ts'
import { makeRowGroupWriter } from '../../shared/codec/row-group-writer.ts'
import { CRC_BLANK, decodeFooter, stampFooter } from '../../shared/codec/segment-footer.ts'
import { METADATA_KEYS, SegmentCorrupt, UnknownSegmentFormat } from '../../shared/codec/segment-format.ts'
import { decodeIndex } from '../../shared/codec/segment-index.ts'
import { makeMemorySink, openFileSink } from '../../shared/codec/segment-sink.ts'
import { makeSegmentWriter } from '../../shared/codec/segment-writer.ts'
import { verifySegment } from '../../shared/codec/verify-segment.ts'
import { emptyDigest } from '../../shared/domain/digest.ts'
import { aDataset, aRecord, NOON } from '../support/builders.ts'
import { collect, identity, noise, pack } from './packing.ts'

describe('a file', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'icecore-file-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('that became shorter since it was opened is not read as if it were whole', async () => {
    const path = join(folder, 'shrinks')
    await writeFile(path, Buffer.alloc(100))
    const source = await openFileSource(path)
    await truncate(path, 50)
    await expect(source.read(0, 100)).rejects.toThrow('the file ended at 50, expected 100')
    await source.close()
  })

  it.each([
    [-1, 2],
    [2, 1],
    [0, 101],
    [0.5, 1],
    [0, Number.NaN],
  ])('is read within its bounds only: not from %d to %d', async (start, end) => {
    await expect(memorySource(Buffer.alloc(100)).read(start, end)).rejects.toThrow(RangeError)
  })

  it('that is written may be closed twice', async () => {
    const sink = await openFileSink(join(folder, 'closed'))
    await sink.close()
    await expect(sink.close()).resolves.toBeUndefined()
  })
})

describe('a field of CSV', () => {
  it.each([
    ['string', 'x', 'x'],
    ['string', '', null],
    ['boolean', 'true', true],
    ['boolean', 'false', false],
    ['boolean', 'TRUE', null],
    ['number', '1.5e3', 1500],
    ['number', '1e999', null],
    ['number', 'x', null],
    ['timestamp', '2024-03-10T12:00:00Z', NOON],
    ['timestamp', String(NOON), NOON],
    ['timestamp', 'noon', null],
    ['timestamp', '99999999999999999999', null],
    ['integer', '42', 42],
    ['integer', '9007199254740993', 9007199254740993n],
    ['integer', '99999999999999999999', null],
    ['integer', '1.0', null],
  ] as const)('is promoted as %s where it is one: %j', (type, text, value) => {
    expect(promoteText(text, type)).toBe(value)
  })

  it('has no meaning under a header that cannot be read', () => {
    expect(parseCsvRecord(aDataset(), 'id,"at', 'a,b', NOON)).toMatchObject({
      reason: 'malformed-csv',
      detail: expect.stringContaining('header'),
    })
  })

  it('of a row that is too long is not looked at', () => {
    const dataset = aDataset({ limits: { maxBodyBytes: 3, maxFuture: 0 } })
    expect(parseCsvRecord(dataset, 'id,at', 'a,2024', NOON)).toMatchObject({ reason: 'body-too-long' })
  })

  it('that is a time in seconds is one with or without a fraction', () => {
    const dataset = aDataset({ time: { path: ['at'], unit: 's' } })
    const at = (text: string) => parseCsvRecord(dataset, 'id,at', `a,${text}`, NOON)
    expect(at('1700000000')).toMatchObject({ time: 1_700_000_000_000 })
    expect(at('1700000000.1239')).toMatchObject({ time: 1_700_000_000_123 })
  })
})

/** A Parquet file with this metadata of icecore's, and a checksum that is right. */
const aSegmentFile = (
  metadata: Readonly<Record<string, string>>,
  columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData'] = [
    { name: 'id', data: ['a'], type: 'STRING' },
  ],
) => {
  const kvMetadata = [
    ...Object.entries(metadata).map(([key, value]) => ({ key, value })),
    { key: METADATA_KEYS.crc, value: CRC_BLANK },
  ]
  const file = Buffer.from(parquetWriteBuffer({ columnData, kvMetadata, codec: 'UNCOMPRESSED' }))
  const length = file.readUInt32LE(file.length - 8) + 8
  const footer = file.subarray(file.length - length)
  stampFooter(footer)
  return { file, footer, body: file.subarray(4, file.length - length) }
}

const about = (changes: object = {}) => ({
  ...identity,
  records: '1:0:0',
  bodyBytes: 0,
  minTime: 0,
  maxTime: 0,
  minId: 'a',
  maxId: 'a',
  books: { received: '1:0:0', duplicates: '0:0:0' },
  promoted: [],
  ...changes,
})

const aGroup = (body: Uint8Array, changes: object = {}) => ({
  offset: 4,
  bytes: body.length,
  rows: 1,
  crc: crc32(body),
  minId: 'a',
  maxId: 'a',
  minTime: 0,
  maxTime: 0,
  ...changes,
})

const metadataOf = (segment: object, rowGroups: readonly object[], inputs = 'null') => ({
  [METADATA_KEYS.format]: '1',
  [METADATA_KEYS.segment]: JSON.stringify(segment),
  [METADATA_KEYS.inputs]: inputs,
  [METADATA_KEYS.rowGroups]: JSON.stringify(rowGroups),
})

/** A forged file whose row group says of itself what its bytes are, whatever these are. */
const forged = (columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData'], changes = {}) => {
  const { body } = aSegmentFile(metadataOf(about(), [aGroup(Buffer.alloc(0))]), columnData)
  return aSegmentFile(metadataOf(about(), [aGroup(body, changes)]), columnData).file
}

describe('[F7] a footer with a right checksum', () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ['says nothing of itself', { [METADATA_KEYS.format]: '1' }],
    [
      'has another number of row groups',
      metadataOf(about(), [aGroup(Buffer.alloc(1)), aGroup(Buffer.alloc(1))]),
    ],
    ['has none', metadataOf(about(), [])],
    ['has a digest that is none', metadataOf(about({ records: '1:zz:0' }), [aGroup(Buffer.alloc(1))])],
    [
      'is nested without end',
      metadataOf(about(), [aGroup(Buffer.alloc(1))], '['.repeat(1e5) + ']'.repeat(1e5)),
    ],
  ])('that %s is corrupt all the same', (_, metadata) => {
    expect(() => decodeFooter(aSegmentFile(metadata).footer)).toThrow(SegmentCorrupt)
  })

  it('[F19] that has no format is of none that is known', () => {
    expect(() => decodeFooter(aSegmentFile({}).footer)).toThrow(UnknownSegmentFormat)
  })

  it('of another file is not taken for the whole of one', () => {
    const { footer } = aSegmentFile(metadataOf(about(), [aGroup(Buffer.alloc(1))]))
    const longer = Buffer.concat([Buffer.alloc(3), footer])
    stampFooter(longer)
    expect(() => decodeFooter(longer)).toThrow(SegmentCorrupt)
  })
})

describe('[F7] a row group with a right checksum', () => {
  const read = async (file: Uint8Array) => collect((await openSegment(memorySource(file))).rows())
  const text = (name: string) => ({ name, data: ['x'], type: 'STRING' as const })
  const whole = (changes: Readonly<Record<string, unknown>> = {}) =>
    ['id', 'time', 'body', 'header', 'arrived', 'version'].map((name) => {
      const type = name === 'time' || name === 'arrived' ? ('TIMESTAMP' as const) : ('STRING' as const)
      const value = name in changes ? changes[name] : type === 'STRING' ? 'x' : new Date(5)
      return {
        name,
        data: [value],
        ...(typeof value === 'bigint' || typeof value === 'number' ? {} : { type }),
      }
    })

  it('is read where it is what it should be', async () => {
    expect(await read(forged(whole()))).toMatchObject([{ id: 'x', time: 5, body: 'x', arrived: 5 }])
  })

  it.each<[string, Uint8Array]>([
    ['lacks columns', forged([text('id')])],
    ['has numbers where text belongs', forged(whole({ body: 7n }))],
    ['has text where times belong', forged([...whole().filter(({ name }) => name !== 'time'), text('time')])],
    ['has fewer rows than it says', forged(whole(), { rows: 2 })],
    ['says that it has more rows than are ever written', forged(whole(), { rows: 2 ** 21 })],
  ])('that %s is corrupt all the same', async (_, file) => {
    await expect(read(file)).rejects.toBeInstanceOf(SegmentCorrupt)
  })

  it('whose bodies cannot be unpacked is corrupt all the same, in its turn', async () => {
    const first = Array.from({ length: 3000 }, (_, at) =>
      aRecord({ id: `a-${at + 1000}`, body: noise(400, at + 1) }),
    )
    const { content, index } = await pack(first)
    const { footer } = decodeIndex(index)
    const [, second] = footer.rowGroups
    const body = footer.parquet.rowGroup(1)?.columns[2]?.meta_data
    const at = Number(body?.data_page_offset) + 1000
    content[at] = Number(content[at]) ^ 1
    const own = content.subarray(second?.offset, Number(second?.offset) + Number(second?.bytes))
    const rowGroups = footer.rowGroups.map((one) => (one === second ? { ...one, crc: crc32(own) } : one))
    const segment = await openSegment(memorySource(content), {
      footer: { ...footer, rowGroups },
      readAhead: true,
      readBytes: 2 ** 23,
    })
    const read: number[] = []
    const reading = async () => {
      for await (const batch of segment.rows()) read.push(batch.length)
    }
    await expect(reading()).rejects.toBeInstanceOf(SegmentCorrupt)
    expect(read).toEqual([footer.rowGroups[0]?.rows])
  })

  it('that cannot be decoded is corrupt all the same', async () => {
    const { body } = aSegmentFile(metadataOf(about(), [aGroup(Buffer.alloc(0))]), whole())
    const junk = Buffer.alloc(body.length, 0xff)
    const { file } = aSegmentFile(metadataOf(about(), [aGroup(junk)]), whole())
    junk.copy(file, 4)
    await expect(read(file)).rejects.toThrow('row group 0')
  })

  it('whose columns lie elsewhere is corrupt all the same', async () => {
    const { body } = aSegmentFile(metadataOf(about(), [aGroup(Buffer.alloc(0))]), whole())
    const shifted = aGroup(body.subarray(8), { offset: 12, bytes: body.length - 8 })
    const { file } = aSegmentFile(metadataOf(about(), [shifted]), whole())
    await expect(read(file)).rejects.toThrow('lie outside of it')
  })

  it('that comes shorter than it was asked for is corrupt', async () => {
    const { content } = await pack([aRecord()])
    const short = {
      bytes: content.length,
      read: async (start: number, end: number) => content.subarray(start, start === 4 ? end - 1 : end),
    }
    await expect(openSegment(short).then((segment) => collect(segment.rows()))).rejects.toThrow('bytes, got')
  })

  it('whose records are out of order is found when it is verified', async () => {
    const records = [aRecord({ id: 'b' }), aRecord({ id: 'a' })]
    const sink = makeMemorySink()
    const writer = makeRowGroupWriter({ promoted: [], compress: zstdAt(3) }, (bytes) => sink.write(bytes))
    await writer.write(
      records,
      records.map(({ body }) => Buffer.from(body)),
    )
    const digest = digestRecords(records)
    const segment = about({
      records: `${digest.count}:${digest.upper.toString(16)}:${digest.lower.toString(16)}`,
    })
    await writer.footer({ segment: JSON.stringify(segment), inputs: 'null' })
    await expect(verifySegment(memorySource(sink.content()), digest)).rejects.toThrow('out of order')
  })
})

describe('an index object', () => {
  const packed = (change: (bytes: Buffer) => void) => {
    const footer = zstdCompressSync(Buffer.from('footer'))
    const bytes = Buffer.concat([
      Buffer.from('ICEX'),
      Buffer.alloc(16),
      footer,
      Buffer.alloc(32),
      Buffer.alloc(4),
    ])
    bytes.writeUInt32LE(1, 4)
    bytes.writeUInt32LE(6, 8)
    bytes.writeUInt32LE(footer.length, 12)
    bytes.writeUInt32LE(32, 16)
    change(bytes)
    bytes.writeUInt32LE(crc32(bytes.subarray(0, -4)), bytes.length - 4)
    return bytes
  }

  it('[F19] of a newer format is told from a broken one', () => {
    expect(() => decodeIndex(packed((bytes) => bytes.writeUInt32LE(2, 4)))).toThrow(UnknownSegmentFormat)
  })

  it.each([
    ['whose lengths do not add up', (bytes: Buffer) => bytes.writeUInt32LE(33, 16)],
    ['whose footer is said to be huge', (bytes: Buffer) => bytes.writeUInt32LE(2 ** 31, 8)],
    ['whose footer is longer than it says', (bytes: Buffer) => bytes.writeUInt32LE(5, 8)],
    ['whose footer is none', () => undefined],
  ])('[F7] [S5] %s is corrupt', (_, change) => {
    expect(() => decodeIndex(packed((bytes) => void change(bytes)))).toThrow(SegmentCorrupt)
  })
})

it('a version that UTF-8 cannot hold is none', () => {
  const dataset = aDataset({ version: ['v'] })
  const at = '2024-03-10T12:00:00Z'
  expect(parseJsonRecord(dataset, `{"id":"a","at":"${at}","v":"\\ud800"}`, NOON)).toMatchObject({
    version: null,
  })
})

it('a footer larger than the first read is read whole', async () => {
  const inputs = { messages: noise(400_000) }
  const { source } = await pack([aRecord()], { inputs })
  expect((await openSegment(source)).metadata.inputs).toEqual(inputs)
})

it('a record larger than others has a row group of its own', async () => {
  const { source } = await pack([aRecord({ id: 'a' }), aRecord({ id: 'b', body: noise(3_000_000) })])
  expect((await openSegment(source)).rowGroups.map(({ rows }) => rows)).toEqual([1, 1])
})

it('a segment of no records cannot be written', async () => {
  const writer = makeSegmentWriter({ segment: identity, promoted: [], sink: makeMemorySink() })
  const books = { received: emptyDigest, duplicates: emptyDigest }
  await expect(writer.finish({ inputs: null, books })).rejects.toThrow('no records')
})
