import type { Page, PageClass } from './page.ts'

const WIDTH = 96

const count = (value: number) => value.toLocaleString('en-US')

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB']

const bytes = (value: number): string => {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3))
  return `${(value / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`
}

const dollars = (value: number): string =>
  value === 0 ? '$0' : `$${value.toFixed(value < 0.01 ? 5 : value < 1 ? 3 : 2)}`

const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  return ms < 3_600_000 ? `${(ms / 60_000).toFixed(1)} min` : `${(ms / 3_600_000).toFixed(1)} h`
}

const tick = (good: boolean) => (good ? '✓' : '✗')

/** Columns as wide as their widest cell; all but the first flush right. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd()
  return [line(head), ...rows.map(line)]
}

const heading = (title: string) => ['', `${title} ${'─'.repeat(WIDTH - title.length - 1)}`]

const ledger = ({ ledgers }: Page) => [
  ...heading('Ledger'),
  ...table(
    ['dataset', 'received', 'archived', 'duplicates', 'quarantined', 'expired', 'balances'],
    ledgers.map((one) => [
      one.dataset === '_unknown' ? '(no known dataset)' : one.dataset,
      ...[one.received, one.archived, one.duplicates, one.quarantined, one.expired].map((part) =>
        count(part.count),
      ),
      tick(one.balanced),
    ]),
  ),
]

const rehydrations = (page: Page) => [
  ...heading('Rehydrations (virtual time)'),
  ...table(
    ['what', 'class', 'tier', 'records', 'queued', 'thawing', 'hydrating', 'total', 'equal'],
    page.rehydrations.map(({ name, storageClass, tier, records, phases, complete, equal }) => [
      name,
      storageClass,
      tier,
      count(records),
      ...[phases.queued, phases.thawing, phases.hydrating, phases.total].map(duration),
      tick(complete && equal),
    ]),
  ),
]

const comparison = ({
  comparison: { records, bytes: size, different, missing, unexpected, archive },
}: Page) => [
  ...heading('Comparison with the source'),
  `  returned   ${count(records)} records, ${count(size)} bytes: ${different} different, ${missing} missing, ${unexpected} unexpected`,
  ...archive.map(
    ({ dataset, equal, source }) => `  archived   ${tick(equal)} ${dataset}: digest ${source.slice(0, 60)}`,
  ),
]

const SHADES: Readonly<Record<string, string>> = {
  STANDARD: '░',
  GLACIER_IR: '▒',
  GLACIER: '▓',
  DEEP_ARCHIVE: '█',
}
const CORE = 20

const core = (rows: readonly PageClass[]) => {
  const most = Math.max(1, ...rows.map(({ bytes: size }) => size))
  return (row: PageClass) =>
    (SHADES[row.storageClass] ?? '▓').repeat(Math.max(1, Math.round((row.bytes / most) * CORE)))
}

const classes = ({ classes: rows }: Page) => {
  const draw = core(rows)
  return [
    ...heading('The core'),
    ...table(
      ['class', 'dataset', 'segments', 'records', 'bodies', 'stored', 'ratio', ''],
      rows.map((row) => [
        row.storageClass,
        row.dataset,
        count(row.segments),
        count(row.records),
        bytes(row.bodyBytes),
        bytes(row.bytes),
        `${(row.bodyBytes / row.bytes).toFixed(1)} : 1`,
        draw(row).padEnd(CORE),
      ]),
    ),
  ]
}

const invoice = ({ invoice: { icecore, s3, other, oneObjectPerRecord, ratio } }: Page) => {
  const amount = (lines: typeof icecore.lines, name: string) => {
    const line = lines.find((one) => one.line === name)
    return line === undefined ? '–' : dollars(line.dollars)
  }
  const names = [...new Set([...icecore.lines, ...oneObjectPerRecord.lines].map(({ line }) => line))]
    .filter((line) => line.startsWith('s3.'))
    .toSorted()
  return [
    ...heading('Invoice (AWS list prices, us-east-1)'),
    ...table(
      ['line', 'icecore', 'one object per record'],
      [
        ...names.map((name) => [name, amount(icecore.lines, name), amount(oneObjectPerRecord.lines, name)]),
        ['S3 in all', dollars(s3), dollars(oneObjectPerRecord.total)],
      ],
    ),
    `  S3 is ${count(Math.round(ratio))} times cheaper. icecore's queues and catalog came to ${dollars(other)} on top.`,
  ]
}

/** The final page for a person to read. */
export const renderPage = (page: Page): string =>
  [
    ...ledger(page),
    ...rehydrations(page),
    ...comparison(page),
    ...classes(page),
    ...invoice(page),
    '',
    `${page.virtualTime.from.slice(0, 10)} to ${page.virtualTime.to.slice(0, 10)} in ${page.seconds.toFixed(1)} s`,
    ...(page.ok
      ? ['Everything balances, and every byte is the one that was sent.']
      : page.problems.map((problem) => `✗ ${problem}`)),
    '',
  ].join('\n')
