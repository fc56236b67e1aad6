import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_EVERY_MS = 100

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    // there is no such process any more
    return false
  }
}

const take = (file: string): boolean => {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return false
  }
}

/** Whoever is killed leaves its lock behind; one that is just being written says nothing yet. */
const clearAway = (file: string) => {
  try {
    const holder = readFileSync(file, 'utf8')
    if (holder !== '' && !isAlive(Number(holder))) rmSync(file, { force: true })
  } catch (error) {
    // given back meanwhile
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}

/** Test files run side by side, in processes of their own: what they do under the same lock file they do one after the other. */
export const inTurn = async <Result>(file: string, work: () => Promise<Result>): Promise<Result> => {
  while (!take(file)) {
    clearAway(file)
    await sleep(LOOK_EVERY_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(file)
  }
}
