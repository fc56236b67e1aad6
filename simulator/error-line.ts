import * as z from 'zod'

const errorLineSchema = z.object({
  level: z.literal(['ERROR', 'CRITICAL']),
  message: z.string(),
  error: z.union([z.object({ message: z.string() }), z.string()]).optional(),
})

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // some line of another kind
    return undefined
  }
}

/** What a function's log line says of an error, such as `task failed: …`; undefined for any other line. */
export const readErrorLine = (text: string): string | undefined => {
  const line = errorLineSchema.safeParse(parseJson(text)).data
  if (line === undefined) return undefined
  const { message, error } = line
  if (error === undefined) return message
  return `${message}: ${typeof error === 'string' ? error : error.message}`
}
