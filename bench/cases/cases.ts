import type { Case } from '../support/case.ts'
import { ageObjectCase } from './age-object.ts'
import { ageRecordsCase } from './age-records.ts'

export const CASES: readonly Case[] = [ageObjectCase, ageRecordsCase]
