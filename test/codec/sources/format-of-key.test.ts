import { describe, expect, it } from 'vitest'
import { formatOfKey } from '../../../shared/codec/sources/format-of-key.ts'

describe('the format of a key', () => {
  it.each([
    ['orders/a.ndjson', 'ndjson', 'none'],
    ['a.jsonl.gz', 'ndjson', 'gzip'],
    ['a.json', 'ndjson', 'none'],
    ['a.b.c.JSON.ZST', 'ndjson', 'zstd'],
    ['2024.03/a.csv.zstd', 'csv', 'zstd'],
    ['a.csv', 'csv', 'none'],
    ['part-0.zstd.parquet', 'parquet', 'none'],
    ['part-0.snappy.parquet', 'parquet', 'none'],
    [`${'long/'.repeat(200)}a.csv.gz`, 'csv', 'gzip'],
  ])('%s is %s, %s', (key, format, compression) => {
    expect(formatOfKey(key)).toEqual({ format, compression })
  })

  it.each([
    '',
    'a',
    'a.gz',
    'a.txt',
    'a.txt.gz',
    'a.parquet.gz',
    'a.csv.gz.gz',
    'a.csv/',
    'a.constructor',
    'a.csv.toString',
    '.json.bz2',
  ])('is unknown for %j', (key) => {
    expect(formatOfKey(key)).toBeUndefined()
  })
})
