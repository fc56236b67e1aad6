import type { Alarm } from './alarm.ts'
import { type Place, series } from './series.ts'

const HOUR = 3600
const HOUR_MS = HOUR * 1000

type Rest = Pick<Alarm, 'id' | 'name' | 'urgency' | 'means' | 'act' | 'of'> & Partial<Alarm>

/** One is enough. */
const anyOf = (rest: Rest): Alarm => ({
  statistic: 'Sum',
  comparison: 'at-least',
  threshold: 1,
  period: 300,
  periods: 1,
  bad: 1,
  silence: 'fine',
  ...rest,
})

/** Is anything lost, or in danger of it? */
const lossAlarms = (place: Place): Alarm[] => {
  const own = series.own(place)
  return [
    anyOf({
      id: 'SegmentsMissing',
      name: 'segments-missing',
      urgency: 'page',
      means: 'The catalog names a segment that the bucket does not have: records cannot be read.',
      act: 'find the key in the log of sweep or in the newest audit report, and take back the version that its delete marker hides (docs/audit.md). Find out who deleted it.',
      of: [own('segmentsMissing', 'sweep')],
      // found by every sweep until it is mended: one alarm, and not one for each
      period: HOUR,
    }),
    ...(['phantom', 'mismatch', 'orphan'] as const).map((kind) =>
      anyOf({
        id: `AuditFindings${kind.charAt(0).toUpperCase()}${kind.slice(1)}`,
        name: `audit-findings-${kind}`,
        urgency: kind === 'orphan' ? 'ticket' : 'page',
        means: {
          phantom: 'The audit found something in the catalog that the bucket does not have.',
          mismatch:
            'The audit found that bucket and catalog do not say the same of something that both have.',
          orphan:
            'The audit found something in the bucket that no commit names. Nothing of it is removed before that is safe.',
        }[kind],
        act: 'read the newest report under reports/audit/ in the archive bucket: each finding has its advice (docs/audit.md).',
        of: [own('auditFindings', 'audit-archive', { kind })],
        period: HOUR,
      }),
    ),
    anyOf({
      id: 'DeadLettersKept',
      name: 'dead-letters-kept',
      urgency: 'page',
      means: 'A message failed ten times. It is kept in the archive bucket, with the reason.',
      act: 'npm run icecore -- quarantine list; mend the cause, then quarantine retry (docs/operate.md, Dead letters).',
      of: [own('deadLettersKept', 'keep-dead-letters')],
    }),
    anyOf({
      id: 'RecordsQuarantined',
      name: 'records-quarantined',
      urgency: 'ticket',
      means: 'Records came that cannot be archived. They are in quarantine, whole, with the reason.',
      act: 'npm run icecore -- quarantine list; tell whoever sends them, or mend icecore.config.ts, then quarantine retry.',
      of: [own('recordsQuarantined', 'age-records'), own('recordsQuarantined', 'age-objects')],
    }),
  ]
}

/** Is it keeping up? */
const lagAlarms = (place: Place): Alarm[] => {
  const own = series.own(place)
  const late = { comparison: 'above', statistic: 'Maximum', periods: 3, bad: 2 } as const
  return [
    anyOf({
      ...late,
      id: 'RecordsLag',
      name: 'archive-lag-records',
      urgency: 'page',
      means: 'Records are archived more than an hour after they were sent.',
      act: 'look at the age of the records queue, and whether age-records fails or is throttled. After an outage it goes back by itself.',
      of: [own('archiveLag', 'age-records')],
      threshold: HOUR_MS,
    }),
    anyOf({
      ...late,
      id: 'ObjectsLag',
      name: 'archive-lag-objects',
      urgency: 'ticket',
      means: 'Hot objects are archived more than six hours after they were put.',
      act: 'look at the age of the objects queue, and at the size of what was put: an object of tens of gigabytes takes a while.',
      of: [own('archiveLag', 'age-objects')],
      threshold: 6 * HOUR_MS,
    }),
    anyOf({
      id: 'PartitionsOverdue',
      name: 'partitions-overdue',
      urgency: 'ticket',
      means: 'For an hour the sweep has not had the time to look at all partitions that were due.',
      act: 'look whether it is slowed down by errors; else let it run more often, or give it more memory (functions/sweep/function.yml).',
      of: [own('partitionsOverdue', 'sweep')],
      statistic: 'Minimum',
      period: HOUR,
    }),
    anyOf({
      id: 'SweepSilent',
      name: 'sweep-silent',
      urgency: 'page',
      means: 'No sweep has come to its end for an hour: nothing is sealed, moved, checked or expired.',
      act: 'look whether its schedule is enabled, and why it fails: run the saved query "errors".',
      of: [own('partitionsSwept', 'sweep')],
      statistic: 'SampleCount',
      comparison: 'below',
      period: HOUR,
      silence: 'bad',
    }),
    anyOf({
      id: 'AuditSilent',
      name: 'audit-silent',
      urgency: 'ticket',
      means: 'No audit has come to its end for three hours.',
      act: 'look whether its schedule is enabled, and why it fails: run the saved query "errors".',
      of: [own('segmentsAudited', 'audit-archive')],
      statistic: 'SampleCount',
      comparison: 'below',
      period: HOUR,
      periods: 3,
      bad: 3,
      silence: 'bad',
    }),
    anyOf({
      id: 'AuditAge',
      name: 'audit-age',
      urgency: 'ticket',
      means: 'A partition was last compared by a pass that began more than seven days ago.',
      act: 'raise AUDIT_PARTITIONS and AUDIT_SEGMENTS in functions/audit-archive/function.yml, if its runs end in time.',
      of: [own('auditAge', 'audit-archive')],
      statistic: 'Maximum',
      comparison: 'above',
      threshold: 7 * 24 * HOUR_MS,
      period: HOUR,
    }),
  ]
}

/** Do rehydrations come as they were told? */
const rehydrationAlarms = (place: Place): Alarm[] => {
  const own = series.own(place)
  return [
    anyOf({
      id: 'ThawsOverdue',
      name: 'thaws-overdue',
      urgency: 'page',
      means: 'S3 has not restored a segment in the longest time that it names for its class and tier.',
      act: 'HEAD the object: if x-amz-restore says that it is there, the sweep goes on within the hour; if it is ongoing, ask AWS support; icecore status says who waits.',
      of: [own('thawsOverdue', 'sweep')],
      statistic: 'Maximum',
      period: HOUR,
    }),
    anyOf({
      id: 'DeadlinesMissed',
      name: 'deadlines-missed',
      urgency: 'ticket',
      means: 'A rehydration was readable after the time that was asked for.',
      act: 'icecore status tells its phases: where thawing took long nothing is to be done; else look at the ages of the thaw and hydrate queues.',
      of: [own('deadlinesMissed', 'hydrate-records')],
    }),
    anyOf({
      id: 'QuoteExceeded',
      name: 'quote-exceeded',
      urgency: 'ticket',
      means: 'A rehydration cost more than its quote said at most.',
      act: 'compare the quote with what icecore status tells of it; look at what docs/cost-of-a-rehydration.md leaves out.',
      of: [own('quoteCostRatio', 'hydrate-records')],
      statistic: 'Maximum',
      comparison: 'above',
    }),
  ]
}

/** A record goes through the whole pipeline every hour. */
const canaryAlarms = (place: Place): Alarm[] => {
  if (!place.canary) return []
  const own = series.own(place)
  return [
    anyOf({
      id: 'CanaryMissing',
      name: 'canary-missing',
      urgency: 'page',
      means: 'A canary is not where it should be by now: something in the pipeline stands still.',
      act: 'the log of send-canary says which hour and where it is missing; look at the queue and the function of that step.',
      of: [own('canaryMissing', 'send-canary')],
      statistic: 'Maximum',
      period: HOUR,
      periods: 2,
      bad: 2,
    }),
    anyOf({
      id: 'CanaryFailed',
      name: 'canary-failed',
      urgency: 'page',
      means: 'A canary came back otherwise than it was sent, or did not expire.',
      act: 'the log of send-canary says what was wrong: stop deployments until it is understood.',
      of: [own('canaryFailed', 'send-canary')],
      statistic: 'Maximum',
      period: HOUR,
    }),
    anyOf({
      id: 'CanarySilent',
      name: 'canary-silent',
      urgency: 'page',
      means: 'No canary was sent for three hours.',
      act: 'look whether its schedule is enabled, and why send-canary fails: run the saved query "errors".',
      of: [own('canaryMissing', 'send-canary')],
      statistic: 'SampleCount',
      comparison: 'below',
      period: HOUR,
      periods: 3,
      bad: 3,
      silence: 'bad',
    }),
  ]
}

export const archiveAlarms = (place: Place): readonly Alarm[] => [
  ...lossAlarms(place),
  ...lagAlarms(place),
  ...rehydrationAlarms(place),
  ...canaryAlarms(place),
]
