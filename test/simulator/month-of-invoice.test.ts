import { expect, test } from 'vitest'
import config from '../../icecore.config.ts'
import { billIcecore } from '../../shared/domain/cost/bill-icecore.ts'
import { componentOf, priceMonth } from '../../shared/domain/cost/cost-model.ts'
import { DAY } from '../../shared/domain/duration.ts'
import { simulateMonth } from '../support/simulated-month.ts'

const DAYS = 30
const MONTH = { days: DAYS, batchesPerDay: 1, messagesPerBatch: 2, recordsPerMessage: 300, recordBytes: 1000 }

/** It plays 200 invocations of functions, each in a thread of its own. */
const HALF_AN_HOUR = 1_800_000

/** Both are from the first record on. */
test(
  'the cost model foresees the invoice of a simulated month within 2 %',
  async () => {
    const { failures, runs, invoice, stored } = await simulateMonth({ ...MONTH, stride: DAY / 2 })
    expect(failures).toEqual([])
    const { batchesPerDay, messagesPerBatch, recordsPerMessage, recordBytes } = MONTH
    const recordsPerDay = batchesPerDay * messagesPerBatch * recordsPerMessage
    const sealed = stored.filter(({ key }) => key.startsWith('sealed/'))
    const sealedBytes = sealed.reduce((sum, { bytes }) => sum + bytes, 0)
    const { classes, retention, partition, seal } = config.datasets.get('earthquakes') ?? expect.fail()
    const workload = {
      recordsPerDay,
      recordBytes,
      // how well the records pack is given to the model, as is how often the schedules fired
      storedRatio: sealedBytes / (sealed.length * recordsPerDay * recordBytes),
      gzipRatio: 1,
      classes,
      retention,
      partition,
      seal,
      recordsPerMessage,
      batchesPerDay,
      partitionsPerBatch: 1,
      sweepsPerDay: (runs.get('sweep') ?? 0) / DAYS,
      auditsPerDay: (runs.get('audit-archive') ?? 0) / DAYS,
      datasets: config.datasets.size,
    }
    const foreseen = priceMonth(billIcecore(workload, { from: 0, to: DAYS * DAY }))
    expect(foreseen.total / invoice.total).toBeGreaterThan(0.98)
    expect(foreseen.total / invoice.total).toBeLessThan(1.02)
    // and not because one part makes up for another
    const billed = Map.groupBy(invoice.lines, ({ line }) => componentOf(line))
    for (const component of ['storage', 'requests', 'moves', 'messages', 'catalog'] as const) {
      const dollars = (billed.get(component) ?? []).reduce((sum, line) => sum + line.dollars, 0)
      expect(dollars, component).toBeGreaterThan(0)
      expect(Math.abs(foreseen[component] / dollars - 1), component).toBeLessThan(0.15)
    }
  },
  HALF_AN_HOUR,
)
