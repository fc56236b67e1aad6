const EVERY_MS = 1000

/** Tells somebody who watches, once a second, how many of so many seeds are done; where nobody watches it says nothing. */
export const makeProgress = (out: NodeJS.WriteStream, total: number) => {
  const started = performance.now()
  let told = started
  const line = (text: string) => {
    if (out.isTTY) out.write(`\r\x1b[K${text}`)
  }
  return {
    done: (count: number): void => {
      const now = performance.now()
      if (now - told < EVERY_MS) return
      told = now
      const rate = (1000 * count) / (now - started)
      const left = Math.ceil((total - count) / rate / 60)
      line(`${count} of ${total} seeds, ${rate.toFixed(0)} a second, ${left} min left`)
    },
    /** Takes the line away, before anything else is printed. */
    clear: () => line(''),
  }
}
