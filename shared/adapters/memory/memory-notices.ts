import type { Notice, Notices } from '../../ports/notices.ts'

/** Notices in memory, for whoever asks, oldest first. */
export const makeMemoryNotices = (): Notices & { given(): readonly Notice[] } => {
  const notices: Notice[] = []
  return {
    give: async (notice) => void notices.push(notice),
    given: () => notices,
  }
}
