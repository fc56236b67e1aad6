import { makeSqsModel, type SqsModelOptions } from '../../../simulator/sqs/sqs-model.ts'

/** A model on a clock that only the test moves. */
export const aSqsModel = (options: Partial<SqsModelOptions> & { start?: number } = {}) => {
  let time = options.start ?? Date.UTC(2026, 0, 1)
  let ids = 0
  const billed = new Map<string, number>()
  const sqs = makeSqsModel({
    now: () => time,
    meter: { add: (line, quantity) => billed.set(line, (billed.get(line) ?? 0) + quantity) },
    newId: () => `id-${++ids}`,
    ...options,
  })
  return {
    sqs,
    billed,
    now: () => time,
    pass: (ms: number) => {
      time += ms
    },
  }
}
