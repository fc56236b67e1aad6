import type { Answer, CommandContext } from './command.ts'
import { downloadFiles } from './download.ts'
import { statusOfOutcome, tellRehydration } from './tell-rehydration.ts'
import { countOf } from './text.ts'
import { watchRehydration } from './watch.ts'

/** Waits until a rehydration is over, downloads it where a folder is given, and answers with how it ended. */
export const answerOutcome = async (
  context: CommandContext,
  id: string,
  output: string | undefined,
): Promise<Answer> => {
  const rehydration = await watchRehydration(context, id)
  const text = tellRehydration(rehydration)
  const status = statusOfOutcome(rehydration)
  if (output === undefined || rehydration.result === undefined) return { json: rehydration, text, status }
  const files = await downloadFiles(context, id, output)
  return {
    json: { ...rehydration, downloaded: files },
    text: `${text}\n\n${countOf(files.length, 'file')} in ${output}, each with the SHA-256 that it was delivered with.`,
    status,
  }
}
