import type { FunctionDefinition } from '../deployment/definitions.ts'
import type { InvocationOutcome } from '../runtime/environment.ts'
import { parseSchedule } from './schedule-expression.ts'
import { scheduledEvent } from './scheduled-event.ts'

export type Scheduler = {
  /** Starts what is due. A schedule that missed several periods, because the clock leapt, fires once. */
  fireDue(): void
  nextDue(): number | undefined
}

export type SchedulerOptions = {
  readonly definitions: readonly FunctionDefinition[]
  readonly now: () => number
  readonly invoke: (definition: FunctionDefinition, event: unknown) => Promise<InvocationOutcome>
  readonly onFailure: (definition: FunctionDefinition, requestId: string, reason: string) => void
}

/**
 * EventBridge's schedules. Two differences: it would fire once for every period that a leap passes over, and it would
 * try a failed run again. A schedule whose last run is still under way waits for it.
 */
export const makeScheduler = ({ definitions, now, invoke, onFailure }: SchedulerOptions): Scheduler => {
  const start = now()
  const schedules = definitions.flatMap((definition) =>
    definition.schedules.map(({ expression, input }, index) => {
      const nextAfter = parseSchedule(expression)
      const ruleName = `${definition.lambdaName}-${index + 1}`
      return { definition, input, nextAfter, ruleName, dueAt: nextAfter(start, start), running: false }
    }),
  )

  const fire = async (schedule: (typeof schedules)[number]) => {
    const { definition, input, nextAfter, ruleName, dueAt } = schedule
    schedule.running = true
    schedule.dueAt = nextAfter(now(), start)
    const outcome = await invoke(definition, input ?? scheduledEvent(ruleName, dueAt))
    schedule.running = false
    if (outcome.kind === 'failed') {
      onFailure(definition, outcome.requestId, `${outcome.errorType}: ${outcome.message}`)
    }
  }

  return {
    fireDue: () => {
      for (const schedule of schedules) {
        if (!schedule.running && schedule.dueAt <= now()) void fire(schedule)
      }
    },
    nextDue: () => schedules.map(({ dueAt }) => dueAt).sort((a, b) => a - b)[0],
  }
}
