import { existsSync, readFileSync } from 'node:fs'

/** A row of a table: the tag in its first cell, such as F12, and its other cells. */
export type Row = { readonly tag: string; readonly cells: readonly string[] }

const ROW = /^\| ([A-Z]\d+) \| (.+) \|$/gm
const LINK = /\]\(\.\.\/(test\/[^)]+)\)/g

/** What stands on a page from one heading to the next that is named. */
export const sectionOf = (page: string, heading: string, next: string): string => {
  const [start, end] = [page.indexOf(heading), page.indexOf(next)]
  if (start === -1 || end <= start) throw new Error(`expected ${heading} before ${next}`)
  return page.slice(start, end)
}

/** The rows with a tag, of all tables in a text of Markdown, in their order. */
export const rowsIn = (text: string): readonly Row[] =>
  [...text.matchAll(ROW)].map(([, tag = '', cells = '']) => ({ tag, cells: cells.split(' | ') }))

/** The files below test/ that a text of docs/ links. */
export const linkedTests = (text: string): readonly string[] =>
  [...text.matchAll(LINK)].map(([, file = '']) => file)

export const isMissing = (file: string): boolean => !existsSync(file)

/** The tags, such as [F12], that stand in a file of tests. */
export const tagsIn = (file: string, tag: RegExp): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(tag)].map(([, found = '']) => found)
