import { type Bill, makeBill } from './bill.ts'
import type { CloudStore } from './cloud-store.ts'

export type LastingBill = Bill & {
  /** Write down what is not yet; done by itself at the end of each turn of the event loop in which something was added. */
  save(): void
}

/** A bill that goes on where the last run, killed or not, left it. */
export const makeLastingBill = (store: CloudStore): LastingBill => {
  const bill = makeBill(store.bill())
  const changed = new Set<string>()
  const save = () => {
    if (changed.size === 0) return
    const quantities = bill.snapshot()
    store.saveBill([...changed].map((line) => [line, quantities[line] ?? 0] as const))
    changed.clear()
  }
  return {
    ...bill,
    add: (line, quantity) => {
      bill.add(line, quantity)
      if (changed.size === 0) setImmediate(save)
      changed.add(line)
    },
    save,
  }
}
