import { describe, expect, it } from 'vitest'
import { formatSteps, readClasses, USUAL_POLICY } from '../../cli/class-steps.ts'
import { WrongUsage } from '../../cli/failure.ts'

describe('classes in short', () => {
  it('are those of a dataset that says nothing else, unless given', () => {
    expect(USUAL_POLICY).toBe('0d:STANDARD,30d:GLACIER_IR,180d:DEEP_ARCHIVE')
  })

  it.each(['0d:STANDARD', '0d:STANDARD,36h:GLACIER_IR,61d:GLACIER', '0d:GLACIER_IR,90m:DEEP_ARCHIVE'])(
    'are told as they are taken: %s',
    (text) => {
      expect(formatSteps(readClasses(text))).toBe(text)
    },
  )

  it('are told in seconds where nothing longer goes into them', () => {
    expect(formatSteps(readClasses('0d:STANDARD,61s:GLACIER'))).toBe('0d:STANDARD,61s:GLACIER')
  })

  it('say what is wrong with them', () => {
    expect(() => readClasses('0d:STANDARD,30d:LUKEWARM')).toThrow(WrongUsage)
  })
})
