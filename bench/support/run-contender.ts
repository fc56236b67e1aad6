import { CASES } from '../cases/cases.ts'

/** Runs one contender of one case in this process and prints what it took; started by `bench/main.ts`. */
const [name, contender, folder] = process.argv.slice(2)
const run = CASES.find((each) => each.name === name)?.contenders[contender ?? '']
if (run === undefined || folder === undefined) throw new Error(`no contender ${contender} in case ${name}`)
const started = performance.now()
const cpuBefore = process.cpuUsage()
const { figures = {}, ...outcome } = await run(folder)
const cpu = process.cpuUsage(cpuBefore)
process.stdout.write(
  JSON.stringify({
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
    figures,
    ...outcome,
  }),
)
