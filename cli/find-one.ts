import {
  type FindQuarantinedDeps,
  findQuarantined,
  type Quarantined,
} from '../shared/use-cases/find-quarantined.ts'
import { Failure } from './failure.ts'

/** The one thing in quarantine that an id means. */
export const findOne = async (from: FindQuarantinedDeps, id: string): Promise<Quarantined> => {
  const [found, other] = await findQuarantined(from)(id)
  if (found === undefined)
    throw new Failure(`nothing in quarantine has the id ${JSON.stringify(id)}: see icecore quarantine list.`)
  if (other !== undefined)
    throw new Failure(`the id ${JSON.stringify(id)} is the beginning of several: give more of it.`)
  return found
}
