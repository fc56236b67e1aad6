import { memorySource } from '../../shared/codec/byte-source.ts'
import { readObject } from '../../shared/codec/sources/read-object.ts'
import { PARQUET_BOMBS } from './parquet-bombs.ts'

// Reads every bomb in a process of its own, which may take little memory, and tells a line of JSON about each.

for (const [bomb, make] of PARQUET_BOMBS) {
  const source = memorySource(make())
  const before = process.resourceUsage().maxRSS
  const started = process.cpuUsage()
  let rows = 0
  let ended = 'end'
  try {
    for await (const batch of readObject({ format: 'parquet', source }, { maxBodyBytes: 16 * 2 ** 20 }))
      rows += batch.length
  } catch (error) {
    ended = String(error)
  }
  const { user, system } = process.cpuUsage(started)
  const cpuSeconds = (user + system) / 1e6
  const megabytes = (process.resourceUsage().maxRSS - before) / 1024
  console.log(JSON.stringify({ bomb, rows, cpuSeconds, megabytes, ended }))
}
