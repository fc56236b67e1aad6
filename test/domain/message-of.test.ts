import { expect, test } from 'vitest'
import { messageOf } from '../../shared/domain/message-of.ts'

test('whatever is thrown has a message', () => {
  expect(messageOf(new RangeError('too far'))).toBe('too far')
  expect(messageOf('a word')).toBe('a word')
  expect(messageOf(undefined)).toBe('undefined')
})
