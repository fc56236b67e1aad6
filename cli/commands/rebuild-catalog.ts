import { makeDynamoCommitLog } from '../../shared/adapters/aws/dynamo-commit-log.ts'
import { makeDynamoQuarantineRegister } from '../../shared/adapters/aws/dynamo-quarantine.ts'
import { makeDynamoRegistry } from '../../shared/adapters/aws/dynamo-registry.ts'
import { makeS3FolderLister, makeS3Lister } from '../../shared/adapters/aws/s3-archive-admin.ts'
import { makeS3Documents } from '../../shared/adapters/aws/s3-documents.ts'
import { makeS3SegmentReader } from '../../shared/adapters/aws/s3-segment-reader.ts'
import { makeQuarantineObjects } from '../../shared/adapters/quarantine-store.ts'
import { makeSnapshots } from '../../shared/adapters/snapshot-store.ts'
import { type RebuildDeps, type Rebuilt, rebuildCatalog } from '../../shared/use-cases/rebuild-catalog.ts'
import type { AddCommand } from '../command.ts'
import type { CliContext } from '../context.ts'
import { countOf } from '../text.ts'

const PROGRESS_EVERY = 100

const makeDeps = async (context: CliContext): Promise<RebuildDeps> => {
  const archive = await context.bucket('archive')
  const catalog = context.catalog()
  const documents = makeS3Documents(archive)
  const [reader, lister] = [makeS3SegmentReader(archive), makeS3Lister(archive)]
  return {
    documents,
    reader,
    lister,
    folders: makeS3FolderLister(archive),
    snapshots: makeSnapshots(documents),
    log: makeDynamoCommitLog(catalog),
    registry: makeDynamoRegistry(catalog),
    quarantineObjects: makeQuarantineObjects({ reader, lister }),
    quarantineRegister: makeDynamoQuarantineRegister(catalog),
    now: context.now,
  }
}

const tell = (rebuilt: Rebuilt, dryRun: boolean): string => {
  const { partitions, restored, adopted, buried, quarantined, forked, unreadable, failed } = rebuilt
  const would = dryRun ? ' would be' : ''
  return [
    `${countOf(partitions, 'partition')} in the bucket.`,
    `${countOf(restored, 'commit')}${would} restored from snapshots, ${adopted}${would} adopted from segments alone, ${buried}${would} buried.`,
    `${countOf(quarantined, 'unit')} of quarantine${would} booked.`,
    ...forked.map(({ dataset, partition }) => `contradicts its snapshot: ${dataset} ${partition}`),
    ...unreadable.map((key) => `does not tell what it is: ${key}`),
    ...failed.map(({ what, why }) => `failed: ${what}: ${why}`),
  ].join('\n')
}

export const addRebuildCatalog: AddCommand = (parent, act) => {
  parent
    .command('rebuild-catalog')
    .description(
      'make the catalog again from the archive bucket alone; on an empty table or a rolled back one',
    )
    .option('--dry-run', 'write nothing, and say what would be written')
    .addHelpText(
      'after',
      `
It can be stopped and run again. Rehydrations are not brought back: ask for them anew.`,
    )
    .action(
      act(async (context, options: { readonly dryRun?: boolean }) => {
        const { dryRun = false } = options
        const rebuilt = await rebuildCatalog(await makeDeps(context))({
          dryRun,
          onProgress: ({ done, of }) => {
            if (done % PROGRESS_EVERY === 0 || done === of) context.progress(`${done} of ${of} partitions`)
          },
        })
        const { forked, unreadable, failed } = rebuilt
        return {
          json: { dryRun, ...rebuilt },
          text: tell(rebuilt, dryRun),
          failed: forked.length + unreadable.length + failed.length > 0,
        }
      }),
    )
}
