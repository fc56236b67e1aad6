import { writeFile } from 'node:fs/promises'
import { costOf, WAYS } from '../../shared/domain/cost/cost-model.ts'
import { rehydrationCosts } from '../../shared/domain/cost/rehydration-cost.ts'
import type { AddCommand } from '../command.ts'
import { drawCost } from '../cost-chart.ts'
import { WrongUsage } from '../failure.ts'
import { tellCost } from '../tell-cost.ts'
import { readPrices, readWorkload, type WorkloadOptions, withWorkload } from '../workload-options.ts'

type Options = WorkloadOptions & { readonly years: string; readonly chart?: string }

const readYears = (text: string): number => {
  if (/^[1-9]\d?$/.test(text)) return Number(text)
  throw new WrongUsage(`--years: expected a whole number from 1 to 99, got ${JSON.stringify(text)}`)
}

export const addCost: AddCommand = (parent, act) => {
  withWorkload(
    parent
      .command('cost')
      .description(
        'say what an archive would cost a month, and what else it could be: nothing is asked for, nothing is sent',
      ),
  )
    .option('--years <count>', 'how many years to look ahead', '3')
    .option('--chart <file>', 'draw the months into this file, as SVG')
    .action(
      act(async (context, options: Options) => {
        const years = readYears(options.years)
        const workload = await readWorkload(context, options)
        const prices = await readPrices(context, options.prices)
        const ways = costOf(workload, years, prices)
        const rehydrations = rehydrationCosts(workload, WAYS, prices)
        const { region, date, sources } = prices
        if (options.chart !== undefined) {
          const title = `US dollars a month: ${options.recordsPerDay} records of ${options.bytes} bytes a day, ${region}, ${date}`
          await writeFile(options.chart, drawCost(ways, title))
        }
        return {
          json: { prices: { region, date, sources }, workload, ways, rehydrations },
          text: tellCost(ways, rehydrations, years, prices),
        }
      }),
    )
}
