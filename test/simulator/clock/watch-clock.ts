import { parentPort, workerData } from 'node:worker_threads'
import { clockView } from '../../../simulator/clock.ts'

/** Reads the clock until its last leap, and reports whether every reading was one that it had. */
const now = clockView(workerData)
parentPort?.postMessage('watching')
let verdict = 'whole'
for (let last = 0, time = now(); time < Number.MAX_SAFE_INTEGER; last = time, time = now()) {
  if (time < last || time % 1_000_000 !== 0) verdict = `${time} after ${last}`
}
parentPort?.postMessage(verdict)
