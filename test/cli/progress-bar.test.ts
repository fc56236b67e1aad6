import { describe, expect, it } from 'vitest'
import { drawBar, makeProgressBar } from '../../cli/progress-bar.ts'

describe('a progress bar', () => {
  it('is as full as the work is done, and never wider than the terminal', () => {
    expect(drawBar({ share: 0.5, text: 'half' }, 80)).toBe(`[${'='.repeat(10)}${' '.repeat(10)}] half`)
    expect(drawBar({ share: 7, text: '' }, 80)).toBe(`[${'='.repeat(20)}] `)
    expect(drawBar({ share: -1, text: 'x'.repeat(99) }, 40)).toHaveLength(39)
    expect(drawBar({ share: 1, text: 'x' }, 0)).toBe('')
  })

  const draw = (columns: number | null) => {
    let err = ''
    const bar = makeProgressBar({
      columns,
      err: (text) => {
        err += text
      },
    })
    for (const text of ['a', 'a', 'b']) bar.show({ share: 0, text })
    bar.end()
    return err
  }

  it('is one line that changes on a terminal, and a line for each change elsewhere', () => {
    expect(draw(null)).toBe('a\nb\n')
    const line = (text: string) => `\r\u001b[K[${' '.repeat(20)}] ${text}`
    expect(draw(80)).toBe(`${line('a')}${line('b')}\n`)
  })
})
