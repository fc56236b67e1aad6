import type { Lines } from '../bill-thaws.ts'

export type Meter = { readonly add: (line: string, quantity: number) => void; readonly lines: () => Lines }

export const makeMeter = (): Meter => {
  const lines = new Map<string, number>()
  return {
    add: (line, quantity) => {
      if (quantity > 0) lines.set(line, (lines.get(line) ?? 0) + quantity)
    },
    lines: () => [...lines],
  }
}
