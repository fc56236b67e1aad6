import * as fc from 'fast-check'
import type { FileMetaData, RowGroup } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { writeMetadata } from 'hyparquet-writer/src/metadata.js'
import { expect, test } from 'vitest'
import { columnsOf, segmentSchema } from '../../shared/codec/parquet-columns.ts'
import { encodeFooter, type FooterFacts } from '../../shared/codec/parquet-footer.ts'
import type { PromotedColumn } from '../../shared/domain/dataset.ts'
import type { ArchiveRecord, PromotedValue } from '../../shared/domain/record.ts'
import { aRecord, NOON } from '../support/builders.ts'

const PROMOTED: readonly PromotedColumn[] = (
  ['string', 'integer', 'number', 'boolean', 'timestamp'] as const
).map((type) => ({ name: `a ${type}`, path: [type], type }))

/** The footer that the library writes of the same. */
const libraryFooter = ({ schema, rows, rowGroups, keyValues, createdBy }: FooterFacts): Uint8Array => {
  const writer = new ByteWriter()
  const metadata: Omit<FileMetaData, 'metadata_length'> = {
    version: 2,
    created_by: createdBy,
    schema: [...schema],
    num_rows: rows,
    row_groups: [...rowGroups],
    key_value_metadata: [...keyValues],
  }
  // it never looks at the length
  writeMetadata(writer, metadata as FileMetaData)
  writer.appendUint32(0x31524150)
  return writer.getBytes()
}

const factsOf = async (groups: readonly (readonly ArchiveRecord[])[]): Promise<FooterFacts> => {
  const schema = segmentSchema(PROMOTED)
  const parquet = new ParquetWriter({ writer: new ByteWriter(), schema, codec: 'UNCOMPRESSED' })
  for (const records of groups)
    await parquet.write({
      columnData: columnsOf(
        records,
        records.map(({ body }) => Buffer.from(body)),
        PROMOTED,
      ),
      rowGroupSize: records.length,
    })
  return {
    schema,
    rows: parquet.num_rows,
    rowGroups: parquet.row_groups,
    keyValues: [{ key: 'one', value: 'ж'.repeat(3000) }, { key: 'without' }],
    createdBy: 'icecore',
  }
}

const partsOf = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString('hex')
    .match(/.{1,32}/g)

const expectSame = (facts: FooterFacts) =>
  // by parts, so that a difference is short
  expect(partsOf(encodeFooter(facts))).toEqual(partsOf(libraryFooter(facts)))

const anyValue = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.integer(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double(),
  fc.boolean(),
)

const anyRecord = fc
  .record({
    id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    version: fc.option(fc.string({ unit: 'grapheme', maxLength: 40 })),
    header: fc.option(fc.constant('id,at')),
    promoted: fc.tuple(...PROMOTED.map((): fc.Arbitrary<PromotedValue> => anyValue)),
  })
  .map((parts) => aRecord(parts))

test('a footer is to the byte what the library writes, whatever its columns hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(anyRecord, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
      async (groups) => {
        expectSame(await factsOf(groups))
      },
    ),
    { numRuns: 100 },
  )
})

test('so is one of many row groups, and of one that says less', async () => {
  const groups = Array.from({ length: 40 }, (_, at) => [aRecord({ id: `r-${at}`, time: NOON + at })])
  const facts = await factsOf(groups)
  expectSame(facts)
  const less = facts.rowGroups.map(
    ({ total_compressed_size: _, ...group }): RowGroup => ({
      ...group,
      columns: group.columns.map(({ meta_data, ...column }) =>
        meta_data === undefined ? column : { ...column, meta_data: { ...meta_data, statistics: {} } },
      ),
    }),
  )
  expectSame({ ...facts, rowGroups: less })
})

test('a column that says nothing of itself is an error', async () => {
  const facts = await factsOf([[aRecord()]])
  const rowGroups = facts.rowGroups.map((group) => ({ ...group, columns: [{ file_offset: 4n }] }))
  expect(() => encodeFooter({ ...facts, rowGroups })).toThrow('a column without a name')
})
