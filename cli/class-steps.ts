import type { ClassSteps } from '../shared/domain/dataset.ts'
import { DAY, HOUR, MINUTE } from '../shared/domain/duration.ts'
import { ConfigError, DEFAULT_CLASSES, parseClasses } from '../shared/domain/parse-config.ts'
import { WrongUsage } from './failure.ts'

const UNITS = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
] as const

const formatAfter = (after: number): string => {
  const [unit, length] = UNITS.find(([, ms]) => after % ms === 0) ?? ['s', 1000]
  return `${after / length}${unit}`
}

/** The steps in short, as `readClasses` takes them. */
export const formatSteps = (steps: ClassSteps): string =>
  steps.map(({ after, storageClass }) => `${formatAfter(after)}:${storageClass}`).join(',')

export const USUAL_POLICY = formatSteps(DEFAULT_CLASSES)

/** `0d:STANDARD,30d:GLACIER_IR`: the class from each age on. */
export const readClasses = (text: string): ClassSteps => {
  const steps = text.split(',').map((step) => {
    const [after, storageClass] = step.split(':')
    return { after, storageClass }
  })
  try {
    return parseClasses(steps)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new WrongUsage(
      `--policy: expected a dataset, or ages and classes such as ${USUAL_POLICY}\n${error.message}`,
    )
  }
}
