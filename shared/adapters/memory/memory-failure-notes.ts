import type { FailureNote, FailureNotes } from '../../ports/dead-letters.ts'

/** Notes of failures in memory. */
export const makeMemoryFailureNotes = (): FailureNotes => {
  const notes = new Map<string, FailureNote>()
  return {
    note: async (messageId, note) => {
      notes.set(messageId, note)
    },
    find: async (messageId) => notes.get(messageId),
  }
}
