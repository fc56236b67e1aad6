import type { FilesAnswer } from 'icecore/client'
import type { AddCommand, CommandContext } from '../command.ts'
import { countOf, formatTable } from '../text.ts'

type Options = { readonly urls?: boolean }

const allFiles = async (context: CommandContext, id: string) => {
  const client = await context.client()
  const files: FilesAnswer['files'] = []
  for (let next: string | undefined; ; ) {
    const page: FilesAnswer = await client.files(id, { limit: 500, next })
    files.push(...page.files)
    if (page.next === null) return { ...page, files }
    next = page.next
  }
}

const tell = ({ files, complete, status }: FilesAnswer): string => {
  const rows = files.map(({ key, records, bytes }) => [key, String(records), String(bytes)])
  const more = complete ? '' : `; it is ${status}`
  const summary = `${countOf(files.length, 'file')}${more}.`
  return files.length === 0 ? summary : `${formatTable(['FILE', 'RECORDS', 'BYTES'], rows)}\n\n${summary}`
}

export const addFiles: AddCommand = (parent, act) => {
  parent
    .command('files')
    .description('list what a rehydration has delivered so far')
    .argument('<rehydration>', 'its id')
    .option('--urls', 'only URLs, one a line, to get each file from within a quarter of an hour')
    .action(
      act(async (context, id: string, { urls = false }: Options) => {
        const found = await allFiles(context, id)
        const lines = found.files.flatMap(({ url }) => url ?? [])
        return { json: found, text: urls ? lines.join('\n') : tell(found) }
      }),
    )
}
