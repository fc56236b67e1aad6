import type { SegmentAnswer } from 'icecore/client'
import { listSegments } from './inspect.ts'
import type { Progress } from './progress.ts'
import { sendSource } from './send.ts'
import type { Session } from './session.ts'
import type { Source } from './source/source.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export const DATASETS = ['flights', 'earthquakes'] as const

/** When the earthquakes were published; the flights are 17 years old by then, a back-fill. */
export const START = Date.parse('2018-02-07T02:00:00Z')

const count = (value: number) => value.toLocaleString('en-US')

const allSegments = async (session: Session): Promise<SegmentAnswer[]> =>
  (await Promise.all(DATASETS.map((dataset) => listSegments(session, dataset)))).flat()

/** Sends everything and waits until every message is acknowledged and every hot object is gone. */
export const receive = async (session: Session, source: Source, progress: Progress) => {
  const { host, cloud } = session
  const now = () => cloud.clock.now()
  progress.stage('receive')
  const total = source.objects.length + source.messages.length
  let archived = 0
  const stop = host.onMetric(({ name, values }) => {
    if (name === 'recordsArchived') for (const value of values) archived += value
  })
  const expected = source.records.length + source.repeats
  const show = (text: string) => progress.update({ at: now(), text, done: archived, total: expected })
  await sendSource(session, source, (sent) =>
    show(`${sent} of ${total} sent, ${count(archived)} records landed`),
  )
  const ticker = setInterval(() => show(`${count(archived)} records landed`), 200)
  await host.idle()
  clearInterval(ticker)
  stop()
  progress.end(
    `${source.messages.length} messages and ${source.objects.length} objects: ${count(archived)} records landed`,
  )
}

/** Lets time pass until no partition has landing segments left. */
export const seal = async (session: Session, progress: Progress) => {
  const { host, cloud } = session
  progress.stage('seal')
  let before = 0
  const allSealed = async () => {
    const segments = await allSegments(session)
    const landing = segments.filter(({ kind }) => kind === 'landing').length
    before ||= landing
    const text = `${landing} landing segments left`
    progress.update({ at: cloud.clock.now(), text, done: before - landing, total: before })
    return landing === 0
  }
  await host.runUntil(allSealed, { deadline: cloud.clock.now() + 7 * DAY, stride: 3 * HOUR })
  const sealed = await allSegments(session)
  progress.end(`${before} landing segments became ${sealed.length} sealed ones`)
}

/** Lets time pass until lifecycle has moved every segment to a colder class than STANDARD. */
export const cool = async (session: Session, progress: Progress) => {
  const { host, cloud } = session
  progress.stage('cool')
  const allCold = async () => {
    const segments = await allSegments(session)
    const warm = segments.filter(({ storageClass }) => storageClass === 'STANDARD').length
    const text = `${warm} segments in STANDARD`
    progress.update({ at: cloud.clock.now(), text, done: segments.length - warm, total: segments.length })
    return warm === 0
  }
  const stride = DAY
  await host.runUntil(allCold, { deadline: cloud.clock.now() + 60 * DAY, stride })
  const classes = Map.groupBy(await allSegments(session), ({ storageClass }) => storageClass)
  progress.end([...classes].map(([storageClass, some]) => `${some.length} in ${storageClass}`).join(', '))
}
