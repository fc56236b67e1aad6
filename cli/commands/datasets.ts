import type { DatasetAnswer } from 'icecore/client'
import type { AddCommand } from '../command.ts'
import { formatTable } from '../text.ts'

const rowOf = ({ name, partition, classes, retention }: DatasetAnswer): string[] => [
  name,
  partition,
  classes.map(({ after, storageClass }) => `${storageClass} ${after}`).join(', '),
  retention ?? 'for ever',
]

export const addDatasets: AddCommand = (parent, act) => {
  parent
    .command('datasets')
    .description('list the datasets, their storage classes by age, and how long they are kept')
    .action(
      act(async (context) => {
        const datasets = await (await context.client()).datasets()
        const table = formatTable(['DATASET', 'PARTITION', 'CLASSES', 'KEPT'], datasets.map(rowOf))
        return { json: { datasets }, text: table }
      }),
    )
}
