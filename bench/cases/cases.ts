import type { Case } from '../support/case.ts'
import { ageObjectCase } from './age-object.ts'
import { ageRecordsCase } from './age-records.ts'
import { catalogLookupCase } from './catalog-lookup.ts'
import { coldStartCase } from './cold-start.ts'
import { hydrateAllCase } from './hydrate-all.ts'
import { hydrateFilterCase } from './hydrate-filter.ts'
import { oneRecordCase } from './one-record.ts'
import { sealCase } from './seal.ts'
import { simulatorCase } from './simulator.ts'
import { storedBytesCase } from './stored-bytes.ts'

export const CASES: readonly Case[] = [
  ageObjectCase,
  ageRecordsCase,
  sealCase,
  oneRecordCase,
  hydrateFilterCase,
  hydrateAllCase,
  catalogLookupCase,
  storedBytesCase,
  coldStartCase,
  simulatorCase,
]
