import type { RehydrationAnswer } from 'icecore/client'
import type { CommandContext } from './command.ts'
import { Interrupted } from './failure.ts'
import { makeProgressBar, type Step } from './progress-bar.ts'
import { countOf } from './text.ts'

/** How far a rehydration has come, for a reader. */
export const stepOf = ({ status, progress, result }: RehydrationAnswer): Step => {
  if (result !== undefined) return { share: 1, text: `${status}: ${countOf(result.records, 'record')}` }
  if (progress === undefined) return { share: 0, text: status }
  const { planned, thawing, hydrating, done } = progress.partitions
  const all = planned + thawing + hydrating + done
  const parts: string[] = [status]
  if (all > 0) parts.push(`${done} of ${countOf(all, 'partition')}`)
  if (thawing > 0) parts.push(`${thawing} thawing`)
  if (progress.readyBy !== null) parts.push(`readable by ${progress.readyBy}`)
  return { share: all === 0 ? 0 : done / all, text: parts.join(', ') }
}

/** Shows how a rehydration comes along until it is over. Ctrl-C ends the showing, and not the rehydration. */
export const watchRehydration = async (context: CommandContext, id: string): Promise<RehydrationAnswer> => {
  const client = await context.client()
  const bar = makeProgressBar(context.terminal)
  const stop = new AbortController()
  const ignoreInterrupts = context.terminal.onInterrupt(() => stop.abort())
  try {
    return await client.waitFor(id, {
      onProgress: (rehydration) => bar.show(stepOf(rehydration)),
      signal: stop.signal,
    })
  } catch (error) {
    if (!stop.signal.aborted) throw error
    throw new Interrupted(`${id} goes on. To come back to it: icecore status ${id} --wait`)
  } finally {
    bar.end()
    // npm hands on to its child what the terminal has sent to both: a second Ctrl-C may be the same one
    if (!stop.signal.aborted) ignoreInterrupts()
  }
}
