import type { AddCommand } from '../command.ts'
import { addQuarantineList } from './quarantine-list.ts'
import { addQuarantineRetry } from './quarantine-retry.ts'
import { addQuarantineShow } from './quarantine-show.ts'

/** `icecore quarantine …` */
export const addQuarantine: AddCommand = (parent, act) => {
  const quarantine = parent
    .command('quarantine')
    .description('What could not be archived, and messages that were given up on: see it, and send it again.')
  addQuarantineList(quarantine, act)
  addQuarantineShow(quarantine, act)
  addQuarantineRetry(quarantine, act)
}
