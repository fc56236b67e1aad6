import * as z from 'zod'

/**
 * Names as icecore itself puts them into its tasks. Whatever else a message holds there is refused before anything looks for
 * it, or tells of it.
 */
export const datasetField = z.string().regex(/^[a-z][a-z0-9-]{0,62}$/, 'expected the name of a dataset')

export const partitionField = z
  .string()
  .regex(/^\d{4}-\d{2}(-\d{2}(T\d{2})?)?$/, 'expected a partition such as 2024-03-10')
