import type { Alarm } from './alarm.ts'
import { archiveAlarms } from './archive-alarms.ts'
import { functionAlarms } from './function-alarms.ts'
import { queueAlarms } from './queue-alarms.ts'
import type { Place } from './series.ts'
import { serviceAlarms } from './service-alarms.ts'

/** Every alarm of a deployment, what is lost first. */
export const alarmsOf = (place: Place): readonly Alarm[] => [
  ...archiveAlarms(place),
  ...queueAlarms,
  ...functionAlarms(place),
  ...serviceAlarms,
]
