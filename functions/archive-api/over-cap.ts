import type { OverCap } from '../../shared/domain/guards.ts'
import { Problem } from './problem.ts'

const figure = (cap: string, value: number): string =>
  cap.endsWith('Usd') ? `$${Math.round(value * 1e6) / 1e6}` : `${value} bytes`

const adviceFor = (cap: string): string =>
  cap.includes('perDay')
    ? 'ask for less, or again tomorrow (UTC)'
    : cap.includes('approval')
      ? 'ask for fewer days, or for a rehydration of its own, which can be approved'
      : 'ask for less, with a cheaper tier, or in several parts'

/** What was asked for is more than a guard of the configuration lets pass: nothing of it was written down. */
export const overCap = ({ cap, limit, asked, left }: OverCap): Problem =>
  new Problem(422, 'over-cap', 'It is more than the guards of its dataset let pass', {
    detail: `${figure(cap, asked)} at most, and of the ${figure(cap, limit)} of ${cap} are ${figure(cap, left)} left: ${adviceFor(cap)}`,
    cap,
    limit,
    asked,
    left,
  })
