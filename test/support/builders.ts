import type { Commit } from '../../shared/domain/commit.ts'
import { emptyBooks } from '../../shared/domain/commit.ts'
import type { Dataset } from '../../shared/domain/dataset.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import { NO_GUARDS } from '../../shared/domain/guards.ts'
import { indexKey, segmentKey } from '../../shared/domain/keys.ts'
import type { ArchiveRecord } from '../../shared/domain/record.ts'
import type { Segment } from '../../shared/domain/segment.ts'
import { makeUlid } from '../../shared/domain/ulid.ts'

/** An instant that the tests count from. */
export const NOON = Date.parse('2024-03-10T12:00:00Z')
/** The beginning of its day. */
export const MIDNIGHT = NOON - DAY / 2

export const aDataset = (parts: Partial<Dataset> = {}): Dataset => ({
  name: 'orders',
  id: ['id'],
  time: { path: ['at'], unit: 'iso' },
  version: null,
  partition: 'day',
  promoted: [],
  classes: [
    { after: 0, storageClass: 'STANDARD' },
    { after: 30 * DAY, storageClass: 'GLACIER_IR' },
    { after: 180 * DAY, storageClass: 'DEEP_ARCHIVE' },
  ],
  retention: null,
  seal: { after: HOUR, targetBytes: 128_000_000 },
  limits: { maxBodyBytes: 16 * 2 ** 20, maxFuture: DAY },
  guards: NO_GUARDS,
  hotPrefix: 'orders/',
  ...parts,
})

export const aRecord = (parts: Partial<ArchiveRecord> = {}): ArchiveRecord => ({
  id: 'o-1',
  time: NOON,
  body: '{"id":"o-1"}',
  header: null,
  arrived: NOON,
  version: null,
  promoted: [],
  ...parts,
})

let born = 0
const unlike = () =>
  Uint8Array.from({ length: 10 }, (_, index) => (index < 6 ? 0 : (born >> (8 * (9 - index))) & 255))

export const aSegment = (parts: Partial<Segment> = {}): Segment => {
  born += 1
  const { dataset = 'orders', partition = '2024-03-10', kind = 'landing', createdAt = NOON } = parts
  const id = parts.id ?? makeUlid(createdAt, unlike)
  const ref = { dataset, partition }
  return {
    ...ref,
    id,
    kind,
    key: segmentKey(kind, ref, id),
    indexKey: indexKey(ref, id),
    indexBytes: 100,
    bytes: 1000,
    sha256: 'sha',
    records: { count: 10, upper: 10n, lower: 10n },
    bodyBytes: 5000,
    minTime: NOON,
    maxTime: NOON,
    minId: 'a',
    maxId: 'z',
    createdAt,
    storageClass: 'STANDARD',
    ...parts,
  }
}

/** A commit of one segment that holds all it received. */
export const aCommit = (parts: Partial<Commit> = {}): Commit => {
  const segments = parts.segments ?? [aSegment()]
  const received = segments[0]?.records ?? emptyBooks.received
  return {
    id: `L#${segments[0]?.id}`,
    segments,
    replaces: [],
    books: { ...emptyBooks, received },
    committedAt: NOON,
    ...parts,
  }
}
