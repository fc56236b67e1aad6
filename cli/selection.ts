import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Select } from 'icecore/client'
import * as z from 'zod'
import type { Filter } from '../shared/domain/filter.ts'
import { Failure, WrongUsage } from './failure.ts'
import { readTime } from './options.ts'
import type { Terminal } from './terminal.ts'

export type SelectionOptions = {
  readonly idsFile?: string
  readonly from?: string
  readonly to?: string
  readonly where?: string
  readonly limit?: string
}

/** Adds the arguments and options that say which records are meant. */
export const withSelection = (command: Command): Command =>
  command
    .argument('<dataset>', 'the dataset')
    .argument('[id...]', 'ids of records', collectIds)
    .option('--ids-file <file>', 'ids, one a line, or {"id","time"} as JSON; - for standard input')
    .option('--from <time>', 'records of this time or later')
    .option('--to <time>', 'records of before this time')
    .option('--where <json>', 'of these, only those that this filter holds for')
    .option('--limit <count>', 'of these, at most so many: the first by partition, then id')

const collectIds = (id: string, before: readonly string[] = []): string[] => [...before, id]

const selectorSchema = z.strictObject({
  id: z.string(),
  time: z.union([z.string(), z.number()]).exactOptional(),
})

/** An id as it stands, or as JSON where its time is known or it holds a line break. */
const readSelector = (line: string, at: number, file: string) => {
  if (!line.startsWith('{')) return { id: line }
  try {
    return selectorSchema.parse(JSON.parse(line))
  } catch (cause) {
    throw new WrongUsage(`--ids-file: line ${at + 1} of ${file}: expected an id, or {"id":"…","time":"…"}`, {
      cause,
    })
  }
}

export const readAllInput = async (terminal: Terminal): Promise<Buffer> =>
  Buffer.concat(await Array.fromAsync(terminal.input()))

const readIdsFile = async (file: string, terminal: Terminal) => {
  const content = file === '-' ? await readAllInput(terminal) : await readFile(file).catch(cannotRead(file))
  const lines = content.toString('utf8').split(/\r?\n/)
  return lines.flatMap((line, at) => (line.trim() === '' ? [] : [readSelector(line, at, file)]))
}

export const cannotRead = (file: string) => (cause: unknown) => {
  throw new Failure(`${file} cannot be read: ${cause instanceof Error ? cause.message : cause}`, { cause })
}

const timeOf = (name: string, text: string): string => new Date(readTime(name, text) ?? 0).toISOString()

/** The API says what is wrong with a filter, field by field; here it only has to be an object. */
const filterSchema = z.custom<Filter>((value) => typeof value === 'object' && value !== null)

const readWhere = (text: string): Filter => {
  try {
    return filterSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new WrongUsage(`--where: expected JSON such as {"field":"id","prefix":"o-"}, got ${text}`, {
      cause,
    })
  }
}

const readCount = (text: string): number => {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new WrongUsage(`--limit: expected a number from 1, got ${JSON.stringify(text)}`)
}

/** Which records are meant: ids, or a range, and what narrows them. */
export const readSelection = async (
  ids: readonly string[],
  options: SelectionOptions,
  terminal: Terminal,
): Promise<Select> => {
  const { where, limit } = options
  return {
    ...(await readIdsOrRange(ids, options, terminal)),
    ...(where !== undefined && { where: readWhere(where) }),
    ...(limit !== undefined && { limit: readCount(limit) }),
  }
}

const readIdsOrRange = async (
  ids: readonly string[],
  { idsFile, from, to }: SelectionOptions,
  terminal: Terminal,
): Promise<Select> => {
  const isRange = from !== undefined || to !== undefined
  const isIds = ids.length > 0 || idsFile !== undefined
  if (isRange === isIds) throw new WrongUsage('give ids or --ids-file, or else --from and --to.')
  if (isRange) {
    if (from === undefined || to === undefined) throw new WrongUsage('--from and --to go together.')
    return { from: timeOf('from', from), to: timeOf('to', to) }
  }
  const inFile = idsFile === undefined ? [] : await readIdsFile(idsFile, terminal)
  return { ids: [...ids.map((id) => ({ id })), ...inFile] }
}
