import type { Reservation } from './budget.ts'
import { HOUR } from './duration.ts'
import type { Rehydration } from './rehydration.ts'
import { isOver } from './rehydration-states.ts'
import type { Price } from './rehydration-terms.ts'

/** A price that a rehydration has reserved in the budget of a UTC day. */
export type HeldReservation = { readonly day: string; readonly name: string; readonly price: Price }

export const NOTHING: Price = { dollars: 0, bytes: 0 }

const EXTENSION = '/'
const RAISES = '/raises'

export const extensionName = (rehydrationId: string, at: number): string =>
  `${rehydrationId}${EXTENSION}${at}`

/** For thaws that are made faster. */
export const raisesName = (rehydrationId: string): string => `${rehydrationId}${RAISES}`

export const rehydrationOf = ({ name }: Pick<Reservation, 'name'>): string =>
  name.slice(0, name.includes(EXTENSION) ? name.indexOf(EXTENSION) : undefined)

/** All that a rehydration has reserved, by its terms. */
export const reservationsOf = ({ id, terms }: Rehydration): readonly HeldReservation[] => {
  const { price, reservedOn, extension, raising } = terms
  return [
    ...(price !== null && reservedOn !== null ? [{ day: reservedOn, name: id, price }] : []),
    ...(extension !== null && extension.reservedOn !== null
      ? [
          {
            day: extension.reservedOn,
            name: extensionName(id, extension.at),
            price: { dollars: extension.dollars, bytes: 0 },
          },
        ]
      : []),
    ...(raising !== undefined && raising.reservedOn !== null
      ? [
          {
            day: raising.reservedOn,
            name: raisesName(id),
            price: { dollars: raising.dollars - (terms.promised?.raising ?? 0), bytes: 0 },
          },
        ]
      : []),
  ]
}

/** Longer than a request takes: who reserved something and has not written down what for by then, is dead. */
const LONGEST_REQUEST = HOUR

/**
 * What becomes of an open reservation. `settle`: what it was for is over. `drop`: nobody has ever written down what it is for.
 * `keep`: it may still be spent.
 */
export const judgeReservation = (
  reservation: Reservation,
  { day, rehydration, now }: { day: string; rehydration: Rehydration | undefined; now: number },
): 'keep' | 'settle' | 'drop' => {
  const { name, at } = reservation
  const isHeld =
    rehydration !== undefined &&
    reservationsOf(rehydration).some((held) => held.day === day && held.name === name)
  if (isHeld) return isOver(rehydration.state) ? 'settle' : 'keep'
  if (at + LONGEST_REQUEST > now) return 'keep'
  // an extension in whose place a later one has come was spent as well
  const isExtension = name.includes(EXTENSION) && !name.endsWith(RAISES)
  const isEarlier = isExtension && at < (rehydration?.terms.extension?.at ?? 0)
  return isEarlier ? 'settle' : 'drop'
}
