/** How a command ends. They are documented and do not change. */
export const EXIT = {
  ok: 0,
  failed: 1,
  wrongUsage: 2,
  /** What was asked for is not there. */
  notFound: 3,
  /** Records did not come, or not all of them: cold, failed, cancelled, incomplete. */
  notDelivered: 4,
  interrupted: 130,
} as const

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT]
