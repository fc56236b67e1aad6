import type { Change, S3Store } from './store.ts'
import type { RowKind } from './stored.ts'

/** Collects what one request changes, so that the store gets it in one commit, and counts who uses which blob. */
export type Journal = {
  save(kind: RowKind, id: string, value: object | undefined): void
  retain(blob: string): void
  /** The last release drops the blob, with the next commit. */
  release(blob: string): void
  commit(): void
}

export const makeJournal = (store: S3Store): Journal => {
  const users = new Map<string, number>()
  let changes: Change[] = []
  let dropped: string[] = []
  return {
    save: (kind, id, value) => {
      changes.push({ kind, id, value })
    },
    retain: (blob) => {
      users.set(blob, (users.get(blob) ?? 0) + 1)
    },
    release: (blob) => {
      const left = (users.get(blob) ?? 0) - 1
      if (left > 0) {
        users.set(blob, left)
      } else {
        users.delete(blob)
        dropped.push(blob)
      }
    },
    commit: () => {
      if (changes.length === 0 && dropped.length === 0) return
      store.commit(changes, dropped)
      changes = []
      dropped = []
    },
  }
}
