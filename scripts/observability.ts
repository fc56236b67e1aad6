import { readFileSync } from 'node:fs'
import * as z from 'zod'
import { observabilityOf } from '../observability/resources.ts'

const askedSchema = z.object({
  service: z.string(),
  stage: z.string(),
  canary: z.boolean(),
  shifts: z.boolean(),
  email: z.string(),
  memory: z.record(z.string(), z.number()),
})

/** What watches the deployment that standard input tells of, as CloudFormation; `serverless` merges it into the template. */
const { memory, ...place } = askedSchema.parse(JSON.parse(readFileSync(0, 'utf8')))
console.log(JSON.stringify(observabilityOf(place, memory)))
