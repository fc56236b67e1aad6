import type { Quarantine } from '../../ports/quarantine.ts'
import type { SegmentWriter } from '../../ports/segment-store.ts'
import { makeQuarantine } from '../quarantine-store.ts'
import type { DynamoTable } from './dynamo.ts'
import { makeDynamoQuarantineRegister } from './dynamo-quarantine.ts'

/** Quarantine as NDJSON objects in the archive bucket, one a unit, and an item each in the catalog. */
export const makeS3Quarantine = ({
  writer,
  ...dynamo
}: DynamoTable & { writer: SegmentWriter }): Quarantine =>
  makeQuarantine({ writer, register: makeDynamoQuarantineRegister(dynamo) })
