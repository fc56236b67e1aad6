import * as z from 'zod'
import type { Cors } from './definitions.ts'

const texts = z.array(z.string()).default([])

/** What `custom.cors` in serverless.yml says: nothing is allowed where it names no origin. */
export const corsSchema = z
  .strictObject({
    /** With commas between them. */
    allowOrigins: z.string(),
    allowMethods: texts,
    allowHeaders: texts,
    exposeHeaders: texts,
    maxAge: z.int().nonnegative(),
  })
  .transform(({ allowOrigins, ...rest }): Cors | null =>
    allowOrigins === '' ? null : { ...rest, allowOrigins: allowOrigins.split(',') },
  )
