import { describe, expect, test } from 'vitest'
import { billThaws } from '../../shared/domain/bill-thaws.ts'
import { billWork } from '../../shared/domain/bill-work.ts'
import { computeWork } from '../../shared/domain/compute-work.ts'
import { DAY, HOUR } from '../../shared/domain/duration.ts'
import type { SegmentWork, WorkPlan } from '../../shared/domain/work-plan.ts'
import { catalogUnitsOf } from '../../shared/domain/work-plan.ts'
import { aWorkPlan, partitionWork, segmentWork } from '../support/a-work-plan.ts'
import { aCommit, aSegment, MIDNIGHT, NOON } from '../support/builders.ts'

const asked = { from: MIDNIGHT, to: MIDNIGHT }

const linesOf = (work: WorkPlan) => Object.fromEntries(billWork(work))
const cold = segmentWork({ storageClass: 'GLACIER', readable: 'cold' })
const warm = segmentWork()

describe('what is metered', () => {
  test('of one partition that is read at once', () => {
    expect(linesOf(aWorkPlan())).toEqual({
      'sqs.request': 9,
      'dynamodb.write-unit': 15,
      'dynamodb.read-unit': 20,
      // HEAD, a range, and the look for the file
      's3.get.STANDARD': 3,
      's3.put.STANDARD': 2,
    })
  })

  test('of nothing is the request and an empty manifest', () => {
    expect(linesOf(aWorkPlan([]))).toEqual({
      'sqs.request': 6,
      'dynamodb.write-unit': 9,
      'dynamodb.read-unit': 7,
      's3.put.STANDARD': 1,
    })
  })

  test('grows with index objects, at each look and while planning', () => {
    const plain = linesOf(aWorkPlan())
    const indexed = aWorkPlan([partitionWork([warm], { indexReads: 4 })])
    const planned = { ...indexed, planning: { ...indexed.planning, indexReads: 10 } }
    expect(Number(linesOf(planned)['s3.get.STANDARD']) - Number(plain['s3.get.STANDARD'])).toBe(18)
  })

  test('of what is cold: claims, events and looks', () => {
    const [before, after] = [linesOf(aWorkPlan()), linesOf(aWorkPlan([partitionWork([warm, cold])]))]
    expect(Number(after['sqs.request']) - Number(before['sqs.request'])).toBe(9)
    expect(Number(after['dynamodb.write-unit']) - Number(before['dynamodb.write-unit'])).toBe(10)
    // one range; HEAD: asking, waiting, three events, and two of them look at who waits
    expect(after['s3.get.GLACIER']).toBe(8)
  })

  test('of what is cold and kept for days: another look where there are several', () => {
    const requests = (segments: readonly SegmentWork[], keepDays: number | null) =>
      Number(linesOf(aWorkPlan([partitionWork(segments)], { keepDays }))['sqs.request'])
    expect(requests([cold, cold], 2) - requests([cold, cold], null)).toBe(3)
    expect(requests([cold, warm], 2) - requests([cold, warm], null)).toBe(0)
  })

  test('of another look: the index objects once more', () => {
    const reads = (indexReads: number, keepDays: number | null) =>
      Number(
        linesOf(aWorkPlan([partitionWork([cold, cold], { indexReads })], { keepDays }))['s3.get.STANDARD'],
      )
    expect(reads(4, 2) - reads(0, 2)).toBe(4 + reads(4, null) - reads(0, null))
  })

  test('of what others thaw: it is waited for, and they pay', () => {
    const others = segmentWork({ storageClass: 'GLACIER', readable: NOON })
    const lines = linesOf(aWorkPlan([partitionWork([others])]))
    expect(lines['s3.get.GLACIER']).toBe(3)
    expect(lines['sqs.request']).toBe(9)
    expect(billThaws(aWorkPlan([partitionWork([others])]), 'GLACIER', 'Standard', asked)).toEqual({
      lines: [],
      copiesMayLack: 0,
    })
  })

  test('of classes that bill for what is read, its bytes', () => {
    const instant = segmentWork({ storageClass: 'GLACIER_IR', reads: { gets: 3, bytes: 700 } })
    expect(linesOf(aWorkPlan([partitionWork([instant])]))).toMatchObject({
      's3.get.GLACIER_IR': 4,
      's3.retrieval-gb.GLACIER_IR': 700,
    })
  })

  test('of a replay: batches, their bytes, and no file', () => {
    const big = segmentWork({ wanted: { bytes: 1000, records: 21, text: 200_000 } })
    const lines = linesOf(aWorkPlan([partitionWork([big])], { messagesAtOnce: 10 }))
    expect(lines).toMatchObject({ 'sqs.request.fifo': 3 + 4, 's3.put.STANDARD': 1 })
    expect(linesOf(aWorkPlan([partitionWork([warm])], { messagesAtOnce: 1 }))).toMatchObject({
      'sqs.request.fifo': 11,
    })
  })

  test('of partitions in turn: looks whose turn it is', () => {
    const reads = (parts: Partial<WorkPlan>) =>
      Number(linesOf(aWorkPlan([partitionWork(), partitionWork()], parts))['dynamodb.read-unit'])
    expect(reads({ limit: 5 }) - reads({})).toBe(8)
    expect(reads({ messagesAtOnce: 10 }) - reads({})).toBeGreaterThan(6)
  })

  test('of a cold partition whose turn may come before it is thawed: a turn in vain', () => {
    const requests = (segments: readonly SegmentWork[], limit: number | null) =>
      Number(linesOf(aWorkPlan([partitionWork(segments)], { limit }))['sqs.request'])
    expect(requests([cold], 9) - requests([cold], null)).toBe(3)
    expect(requests([warm], 9) - requests([warm], null)).toBe(0)
  })
})

test('thaws are requests, bytes and copies until the midnight that their days reach to', () => {
  const work = aWorkPlan([
    partitionWork([cold, warm]),
    partitionWork([segmentWork({ ...cold, bytes: 500 })]),
    partitionWork([segmentWork({ storageClass: 'DEEP_ARCHIVE', readable: 'cold' })]),
  ])
  const { lines, copiesMayLack } = billThaws({ ...work, keepDays: 2 }, 'GLACIER', 'Standard', asked)
  expect(Object.fromEntries(lines)).toEqual({
    's3.restore-request.GLACIER.Standard': 2,
    's3.restore-gb.GLACIER.Standard': 1500,
    's3.storage.restored-copy': 1500 * (2 * DAY + 21 * HOUR),
  })
  expect(copiesMayLack).toBe(1500 * 2 * HOUR)
})

test('copies of others that are kept for longer are asked for, and their time is added', () => {
  const kept = segmentWork({ storageClass: 'GLACIER', lengthen: 5 * HOUR })
  const { lines, copiesMayLack } = billThaws(aWorkPlan([partitionWork([kept])]), 'GLACIER', 'Bulk', asked)
  expect(Object.fromEntries(lines)).toEqual({
    's3.restore-request.GLACIER.Bulk': 1,
    's3.restore-gb.GLACIER.Bulk': 0,
    's3.storage.restored-copy': 5000 * HOUR,
  })
  expect(copiesMayLack).toBe(5000 * HOUR)
})

test('functions are estimated by partitions, events and bytes', () => {
  const light = computeWork(aWorkPlan())
  expect(light['lambda.request']).toBe(4)
  const heavy = computeWork(
    aWorkPlan([partitionWork([segmentWork({ reads: { gets: 9, bytes: 25 * 2 ** 20 } }), cold])]),
  )
  expect(heavy['lambda.request']).toBe(7)
  expect(heavy['lambda.gb-second'] - light['lambda.gb-second']).toBeCloseTo(2 + 0.5 * 3 * 0.15, 3)
})

test('the catalog of a partition is as many units as its items are long', () => {
  expect(catalogUnitsOf({ commits: [], holdings: 0 })).toBe(0)
  const commits = Array.from({ length: 8 }, () => aCommit({ segments: [aSegment()], replaces: ['x'] }))
  expect(catalogUnitsOf({ commits: commits.slice(0, 1), holdings: 1 })).toBe(1)
  expect(catalogUnitsOf({ commits, holdings: 8 })).toBe(3)
})
