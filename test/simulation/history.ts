import { type Draw, makeDraw } from './draw.ts'
import { FAULTS, type Fault } from './faults.ts'
import { PORTS, SELDOM } from './ports.ts'

/** What may begin. */
export const ACTIONS = [
  'send records',
  'put an object',
  'append to an object',
  'deliver a message',
  'deliver to two workers',
  'sweep',
  'seal',
  'ask for a rehydration',
  'extend a rehydration',
  'cancel a rehydration',
  'read a record',
  'retry what is in quarantine',
  'retry a dead letter',
  'audit',
  'plant an object',
  'damage an object',
  'repair what is damaged',
  'copy the catalog',
  'lose the catalog',
  'rebuild the catalog',
  'minutes pass',
  'hours pass',
  'days pass',
] as const
export type ActionName = (typeof ACTIONS)[number]

export type Action = {
  readonly id: number
  readonly name: ActionName
  /** Steps of what is under way before it begins; null: all of them. */
  readonly after: number | null
}

/** What there is at the beginning: each is brought about by the pipeline itself. */
export const STARTS = ['empty', 'landed', 'sealed', 'cold', 'old', 'asked', 'thawing', 'given up'] as const
export type Start = (typeof STARTS)[number]

type Theme = {
  readonly starts: readonly Start[]
  readonly datasets: readonly (readonly string[])[]
  /** What may come in a round besides deliveries, each as likely as it says. */
  readonly often: Partial<Record<ActionName, number>>
  readonly passes: readonly ActionName[]
  /** At most so many deliveries a round. */
  readonly deliveries: number
  /** A story of several chapters takes a round more. */
  readonly long?: boolean
  /** What it begins with. */
  readonly first?: ActionName
  /** Messages come twice, to workers of all speeds. */
  readonly crowded?: boolean
  /** What is stored is damaged, or the catalog lost. */
  readonly damaging?: boolean
  /** Queues give up soon. */
  readonly givesUp?: boolean
  /** The ports of which one may fail more often than the others; all unless it says. */
  readonly focus?: RegExp
}

const ORDERS = ['orders']
const EVENTS = ['events']
const READINGS = ['readings']
const BOTH = ['orders', 'events']

const KEEPING = /^(quarantine|letter|redrive|records queue|objects queue|hot)/
const REBUILDING = /^(folders|documents|snapshots|lister|registry|log|reader|quarantine)/
const STORING = /^(tagger|holdings|registry|remover|log|snapshots|expire|seal|lister)/
const DELIVERING = /^(delivery|draft|tasks?|waiters)/
const REHYDRATING =
  /^(reader|delivery|draft|thawer|thaw jobs|manifests|waiters|tasks?|rehydration|thaw|hydrate|holdings)/

/** Many workers at the tasks of one rehydration, while records land in what it reads. */
const CROWDED: Theme = {
  starts: ['asked'],
  datasets: [ORDERS],
  often: { 'send records': 0.8, 'deliver to two workers': 0.5 },
  passes: ['minutes pass'],
  deliveries: 9,
  focus: DELIVERING,
  first: 'deliver to two workers',
  crowded: true,
}

/** What a history is mostly about. */
const THEMES: readonly Theme[] = [
  {
    starts: ['empty', 'empty', 'landed'],
    datasets: [ORDERS, EVENTS, BOTH],
    often: {
      'send records': 0.9,
      'put an object': 0.3,
      sweep: 0.4,
      seal: 0.3,
      'read a record': 0.2,
      'retry what is in quarantine': 0.6,
      'retry a dead letter': 0.4,
    },
    passes: ['minutes pass', 'hours pass', 'days pass'],
    deliveries: 5,
    focus: KEEPING,
  },
  {
    starts: ['empty', 'landed', 'given up', 'given up'],
    datasets: [ORDERS, EVENTS],
    often: {
      'send records': 0.6,
      'put an object': 0.4,
      sweep: 0.4,
      'retry what is in quarantine': 0.8,
      'retry a dead letter': 0.8,
    },
    passes: ['hours pass', 'hours pass', 'days pass'],
    deliveries: 6,
    focus: KEEPING,
    givesUp: true,
  },
  {
    starts: ['landed', 'sealed', 'cold'],
    datasets: [ORDERS],
    damaging: true,
    often: {
      audit: 0.4,
      'plant an object': 0.4,
      'damage an object': 0.8,
      'repair what is damaged': 0.3,
      'read a record': 0.8,
      'ask for a rehydration': 0.3,
      'send records': 0.3,
      sweep: 0.5,
      seal: 0.5,
    },
    passes: ['minutes pass', 'hours pass', 'hours pass', 'days pass'],
    deliveries: 6,
    focus: REHYDRATING,
  },
  {
    starts: ['landed', 'sealed', 'cold', 'old'],
    datasets: [ORDERS, EVENTS],
    damaging: true,
    often: {
      'copy the catalog': 0.3,
      'lose the catalog': 0.6,
      'rebuild the catalog': 0.5,
      audit: 0.2,
      'send records': 0.5,
      sweep: 0.6,
      seal: 0.4,
    },
    passes: ['minutes pass', 'hours pass', 'days pass'],
    deliveries: 5,
    focus: REBUILDING,
    first: 'copy the catalog',
    long: true,
  },
  {
    starts: ['empty', 'empty', 'landed'],
    datasets: [ORDERS, EVENTS],
    often: {
      'deliver to two workers': 0.3,
      'put an object': 0.9,
      'append to an object': 0.5,
      'send records': 0.2,
      sweep: 0.5,
    },
    passes: ['minutes pass', 'hours pass', 'hours pass'],
    deliveries: 7,
  },
  {
    starts: ['landed', 'sealed', 'old', 'old'],
    datasets: [ORDERS, EVENTS, READINGS],
    often: {
      'deliver to two workers': 0.2,
      sweep: 0.95,
      audit: 0.3,
      seal: 0.5,
      'send records': 0.3,
      'read a record': 0.2,
    },
    passes: ['hours pass', 'days pass', 'days pass'],
    deliveries: 6,
    focus: STORING,
    long: true,
  },
  {
    starts: ['cold', 'thawing', 'thawing'],
    datasets: [ORDERS],
    often: {
      'deliver to two workers': 0.3,
      'ask for a rehydration': 0.7,
      'extend a rehydration': 0.4,
      'cancel a rehydration': 0.4,
      sweep: 0.5,
      'send records': 0.1,
      seal: 0.1,
    },
    passes: ['minutes pass', 'hours pass', 'hours pass', 'hours pass'],
    deliveries: 9,
    focus: REHYDRATING,
    long: true,
  },
  CROWDED,
  CROWDED,
  {
    starts: ['landed', 'sealed', 'cold', 'asked'],
    datasets: [ORDERS],
    focus: REHYDRATING,
    often: {
      'read a record': 0.7,
      'ask for a rehydration': 0.3,
      'extend a rehydration': 0.2,
      'cancel a rehydration': 0.4,
      seal: 0.4,
      sweep: 0.4,
      'send records': 0.4,
    },
    passes: ['minutes pass', 'hours pass', 'days pass'],
    deliveries: 6,
  },
]

/** How likely what goes wrong is, each in its own place. */
export type Trouble = {
  /** Of each call of a port. */
  readonly call: number
  readonly faults: readonly Fault[]
  /** One port that fails more often than the others. */
  readonly focus: { readonly port: string; readonly call: number } | undefined
  readonly doubled: number
  /** After so many receives a queue gives a message up. */
  readonly mostReceives: number | null
  readonly lostEvent: number
  readonly lateEvent: number
  readonly skewed: number
  readonly slow: number
  /** Tasks go on for a while before others have their turn. */
  readonly bursts: boolean
}

/** What customers and producers are like. */
export type Habits = {
  /** How likely a message tells of a day that others have told of before. */
  readonly late: number
  /** Customers ask for all that there is. */
  readonly greedy: boolean
}

/** One small world and all that happens in it, as data: a part of it can be run again. */
export type History = {
  readonly seed: number
  readonly years: number
  readonly datasets: readonly string[]
  readonly start: Start
  /** Whether what there is at the beginning came about without a fault. */
  readonly startsInPeace: boolean
  readonly trouble: Trouble
  readonly habits: Habits
  /** Whether the archive is audited once it is at rest. */
  readonly audited: boolean
  /** More thaws than this are asked for by jobs; null: none are. */
  readonly batchThawsAbove: number | null
  readonly actions: readonly Action[]
  /** Names of all that may go wrong; undefined: whatever is drawn. */
  readonly only: ReadonlySet<string> | undefined
}

const AFTER = [0, 0, 1, 3, 6, 12, 25, null]
const AT_ONCE = [0, 0, 0, 1, 2, 4]

const shuffle = <Item>(items: readonly Item[], draw: Draw): readonly Item[] =>
  items
    .map((item) => ({ item, at: draw.next() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)

/** Rounds, each of which begins some things, delivers some messages, and ends with some time that passes. */
const drawActions = (draw: Draw, theme: Theme): readonly Action[] => {
  const { often, passes, deliveries } = theme
  // a world in which something never happens is another world
  const never = new Set(ACTIONS.filter(() => draw.chance(0.1)))
  const rounds = draw.chance(0.01) ? 8 : (theme.long ? 2 : 1) + draw.below(2)
  const actions: Action[] = []
  const add = (name: ActionName, after: number | null) => actions.push({ id: actions.length, name, after })
  if (theme.first !== undefined) add(theme.first, 0)
  for (let round = 0; round < rounds; round += 1) {
    const begun = ACTIONS.filter((name) => !never.has(name) && draw.chance(often[name] ?? 0))
    const delivered = Array.from({ length: 1 + draw.below(deliveries) }, () => 'deliver a message' as const)
    const inOrder = [...shuffle(begun, draw), ...delivered]
    const names = draw.chance(0.5) ? inOrder : shuffle(inOrder, draw)
    for (const name of names) add(name, draw.pick(theme.crowded ? AT_ONCE : AFTER) ?? null)
    // Lambda stops what takes longer than a quarter of an hour: mostly it does not
    add(draw.pick(passes) ?? 'minutes pass', draw.chance(0.8) ? null : draw.below(10))
  }
  // what is left has to be worked on once the faults are over: some of it while they are not
  if (draw.chance(0.5)) {
    if (draw.chance(0.7)) add('sweep', draw.pick(AFTER) ?? null)
    for (let left = 1 + draw.below(3); left > 0; left -= 1) add('deliver a message', draw.pick(AFTER) ?? null)
  }
  return actions
}

/** Most histories are small: many small ones find more than a few large ones. */
export const drawHistory = (seed: number, years = 0): History => {
  const draw = makeDraw(seed)
  const theme = THEMES[draw.below(THEMES.length)] ?? THEMES[0]
  if (theme === undefined) throw new Error('there is no theme')
  const some = FAULTS.filter(() => draw.chance(0.6))
  const { focus } = theme
  // what is called seldom has to fail all the more often to be seen failing
  const pool = [...PORTS, ...SELDOM, ...SELDOM]
  const port = draw.pick(focus === undefined ? pool : pool.filter((name) => focus.test(name))) ?? ''
  const trouble: Trouble = {
    call: theme.givesUp ? 0.08 : (draw.pick(theme.crowded ? [0, 0, 0.03] : [0, 0.01, 0.03, 0.06, 0.12]) ?? 0),
    faults: some.length === 0 ? FAULTS : some,
    focus: draw.chance(0.5) ? { port, call: 0.3 } : undefined,
    mostReceives: theme.givesUp
      ? 1 + draw.below(2)
      : theme.crowded
        ? null
        : (draw.pick([null, null, 2, 3]) ?? null),
    doubled: theme.crowded ? 0.9 : (draw.pick([0, 0.1, 0.3]) ?? 0),
    lostEvent: draw.pick([0, 0.25, 0.6]) ?? 0,
    lateEvent: draw.pick([0, 0.5]) ?? 0,
    skewed: draw.pick([0, 0.1, 0.4]) ?? 0,
    slow: theme.crowded ? 0.4 : (draw.pick([0, 0.1, 0.3]) ?? 0),
    bursts: draw.chance(theme.crowded ? 0.3 : 0.5),
  }
  return {
    seed,
    years,
    datasets: draw.pick(theme.datasets) ?? ORDERS,
    start: draw.pick(theme.starts) ?? 'empty',
    startsInPeace: draw.chance(0.5),
    trouble,
    audited: theme.damaging === true || draw.chance(0.25),
    batchThawsAbove: draw.fork('batch').pick([null, 0, 0, 1, 3]) ?? null,
    habits: { late: theme.crowded ? 0.9 : 0.3, greedy: theme.crowded === true },
    actions: drawActions(draw.fork('actions'), theme),
    only: undefined,
  }
}
