import { functionNames, QUEUES } from './deployed.ts'
import { type Place, series } from './series.ts'
import { line, type Widget } from './widget.ts'

const QUARTER = 900
const HOUR = 3600

/** Is it keeping up? */
export const keepingUpWidgets = (place: Place): readonly Widget[] => {
  const own = series.own(place)
  return [
    {
      title: 'From sent to archived',
      width: 8,
      period: QUARTER,
      unit: 'ms',
      lines: [
        line(own('archiveLag', 'age-records'), 'p50', 'records, p50'),
        line(own('archiveLag', 'age-records'), 'p99', 'records, p99'),
        line(own('archiveLag', 'age-objects'), 'p99', 'hot objects, p99'),
        ...(place.canary ? [line(own('canaryArchived', 'send-canary'), 'Maximum', 'canary')] : []),
      ],
    },
    {
      title: 'Oldest message',
      width: 8,
      period: QUARTER,
      unit: 's',
      lines: QUEUES.map(({ id, name }) =>
        line(series.queue('ApproximateAgeOfOldestMessage', id), 'Maximum', name),
      ),
    },
    {
      title: 'Waiting messages',
      width: 8,
      period: QUARTER,
      lines: QUEUES.map(({ id, name }) =>
        line(series.queue('ApproximateNumberOfMessagesVisible', id), 'Maximum', name),
      ),
    },
    {
      title: 'Archived',
      width: 8,
      period: QUARTER,
      lines: [
        line(own('recordsArchived', 'age-records'), 'Sum', 'records by message'),
        line(own('recordsArchived', 'age-objects'), 'Sum', 'records by object'),
        line(own('duplicatesDropped', 'seal-segments'), 'Sum', 'duplicates dropped at sealing'),
      ],
    },
    {
      title: 'Sealed',
      width: 8,
      period: HOUR,
      lines: [
        line(own('segmentsSealed', 'seal-segments'), 'Sum', 'segments'),
        line(own('sealRatio', 'seal-segments'), 'Average', 'bytes given for a byte stored'),
      ],
    },
    {
      title: 'Sweep',
      width: 8,
      period: HOUR,
      lines: [
        line(own('partitionsSwept', 'sweep'), 'Sum', 'partitions looked at'),
        line(own('segmentsMoved', 'sweep'), 'Sum', 'segments sent to a colder class'),
        line(own('partitionsOverdue', 'sweep'), 'Maximum', 'partitions without time'),
      ],
    },
  ]
}

/** Is anything lost? Each line should lie on the ground. */
export const lossWidgets = (place: Place): readonly Widget[] => {
  const own = series.own(place)
  const canary = [
    line(own('canaryMissing', 'send-canary'), 'Maximum', 'canaries missing'),
    line(own('canaryFailed', 'send-canary'), 'Maximum', 'canaries failed'),
  ]
  return [
    {
      title: 'Missing or wrong',
      width: 8,
      period: HOUR,
      lines: [
        line(own('segmentsMissing', 'sweep'), 'Sum', 'segments missing'),
        line(own('auditFindings', 'audit-archive', { kind: 'phantom' }), 'Sum', 'audit: phantoms'),
        line(own('auditFindings', 'audit-archive', { kind: 'mismatch' }), 'Sum', 'audit: mismatches'),
        line(own('auditFindings', 'audit-archive', { kind: 'orphan' }), 'Sum', 'audit: orphans'),
        ...(place.canary ? canary : []),
      ],
    },
    {
      title: 'Set aside',
      width: 8,
      period: HOUR,
      lines: [
        line(own('recordsQuarantined', 'age-records'), 'Sum', 'records by message in quarantine'),
        line(own('recordsQuarantined', 'age-objects'), 'Sum', 'records by object in quarantine'),
        line(own('deadLettersKept', 'keep-dead-letters'), 'Sum', 'dead letters kept'),
        ...QUEUES.map(({ deadLettersId, name }) =>
          line(
            series.queue('ApproximateNumberOfMessagesVisible', deadLettersId),
            'Maximum',
            `${name}, not kept yet`,
          ),
        ),
      ],
    },
    {
      title: 'Audit',
      width: 8,
      period: HOUR,
      lines: [
        line(own('segmentsAudited', 'audit-archive'), 'Sum', 'segments looked into'),
        line(own('findingsRepaired', 'audit-archive'), 'Sum', 'findings repaired'),
        line(own('orphansFound', 'sweep'), 'Sum', 'orphans sent to be looked into'),
      ],
    },
  ]
}

/** How the functions and the API are. */
export const serviceWidgets: readonly Widget[] = [
  {
    title: 'Errors',
    width: 6,
    period: QUARTER,
    lines: functionNames.map((name) => line(series.lambda('Errors', name), 'Sum', name)),
  },
  {
    title: 'Running at once',
    width: 6,
    period: QUARTER,
    lines: functionNames.map((name) => line(series.lambda('ConcurrentExecutions', name), 'Maximum', name)),
  },
  {
    title: 'Duration, p99',
    width: 6,
    period: QUARTER,
    unit: 'ms',
    lines: functionNames.map((name) => line(series.lambda('Duration', name), 'p99', name)),
  },
  {
    title: 'API',
    width: 6,
    period: QUARTER,
    lines: [
      line(series.api('Count'), 'Sum', 'calls'),
      line(series.api('4xx'), 'Sum', '4xx'),
      line(series.api('5xx'), 'Sum', '5xx'),
      line(series.api('Latency'), 'p99', 'latency, p99, ms'),
    ],
  },
]
