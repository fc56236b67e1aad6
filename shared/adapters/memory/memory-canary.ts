import type { CanaryState } from '../../domain/canary.ts'
import type { CanaryRegister } from '../../ports/canary.ts'

/** The canaries on their way, in memory. */
export const makeMemoryCanary = (): CanaryRegister => {
  let stored: CanaryState | undefined
  return {
    read: async () => stored,
    write: async (state) => {
      stored = state
    },
  }
}
