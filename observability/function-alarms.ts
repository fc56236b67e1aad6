import type { Alarm } from './alarm.ts'
import { FUNCTIONS, type FunctionName, functionNames } from './deployed.ts'
import { type Place, series, stemOf } from './series.ts'

/** What comes again is given time to pass; what runs seldom is looked at by the hour. */
const patience = {
  queue: { period: 300, periods: 3, bad: 2, threshold: 1 },
  callers: { period: 300, periods: 3, bad: 2, threshold: 1 },
  schedule: { period: 3600, periods: 3, bad: 2, threshold: 1 },
} as const

const WHAT_COMES_AGAIN = {
  queue:
    'Its messages come again, ten times in all, and are then kept as dead letters: nothing is lost meanwhile. A message that fails among others is not counted here: the age of its queue and its dead letters show it.',
  callers:
    'Its callers get a 5xx. Where it answers with 500 by itself that is not counted here: api-failures shows it.',
  schedule: 'The next run goes on where this one failed: nothing is lost, and what is due waits.',
} as const

const errorsOf = (name: FunctionName): Alarm => ({
  id: `${stemOf(name)}Errors`,
  name: `${name}-errors`,
  urgency: 'page',
  means: `${name} fails again and again. ${WHAT_COMES_AGAIN[FUNCTIONS[name]]}`,
  act: 'run the saved query "errors", and mend what the first error names; if it began with a deployment, deploy the version before.',
  of: [series.lambda('Errors', name)],
  statistic: 'Sum',
  comparison: 'at-least',
  silence: 'fine',
  ...patience[FUNCTIONS[name]],
})

const throttlesOf = (name: FunctionName): Alarm => ({
  id: `${stemOf(name)}Throttles`,
  name: `${name}-throttles`,
  urgency: 'ticket',
  means: `Lambda does not start ${name} as often as it is called. Each refused call of a queue's function uses up one of its message's ten tries.`,
  act: 'look at the concurrent executions of the account; raise its quota, or lower the maximumConcurrency of the busiest queue.',
  of: [series.lambda('Throttles', name)],
  statistic: 'Sum',
  comparison: 'at-least',
  threshold: 1,
  period: 300,
  periods: 3,
  bad: 3,
  silence: 'fine',
})

/**
 * CodeDeploy turns back when it goes off: errors of the version that is coming up alone. The plugin that makes the aliases names the
 * version.
 */
const newVersionOf = (name: FunctionName): Alarm => {
  const { namespace, metric, dimensions } = series.lambda('Errors', name)
  const { FunctionName = '' } = dimensions
  return {
    id: `${stemOf(name)}NewVersion`,
    name: `${name}-new-version`,
    urgency: 'ticket',
    means: `A new version of ${name} fails as a whole: the deployment is stopped and its alias goes back to the version before.`,
    act: 'run the saved query "errors", mend the code, and deploy again; what failed meanwhile comes again to the version before.',
    of: [
      {
        namespace,
        metric,
        dimensions: { FunctionName, Resource: `${FunctionName}:live`, ExecutedVersion: 'of the deployment' },
      },
    ],
    statistic: 'Sum',
    comparison: 'at-least',
    threshold: 1,
    period: 60,
    periods: 1,
    bad: 1,
    silence: 'fine',
  }
}

export const functionAlarms = ({ shifts }: Pick<Place, 'shifts'>): readonly Alarm[] =>
  functionNames.flatMap((name) => [
    errorsOf(name),
    throttlesOf(name),
    ...(shifts ? [newVersionOf(name)] : []),
  ])
