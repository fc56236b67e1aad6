import * as z from 'zod'
import { parseDigest } from '../domain/digest.ts'

/** A digest as text, so that its sums stay exact. */
export const digestSchema = z.string().transform((text, context) => {
  try {
    return parseDigest(text)
  } catch (error) {
    context.addIssue(String(error))
    return z.NEVER
  }
})
