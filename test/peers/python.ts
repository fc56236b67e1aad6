import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runProgram } from './peer.ts'

/** Said to the user as it is. */
export class PeersUnavailable extends Error {}

/** A virtual environment in `folder` with what a file of requirements pins; made once. Returns its `bin` folder. */
export const preparePython = async (folder: string, python: string, file = 'requirements.txt') => {
  const requirements = join(import.meta.dirname, file)
  const venv = join(folder, 'venv')
  const bin = join(venv, 'bin')
  const stamp = join(folder, 'requirements.installed')
  const wanted = await readFile(requirements, 'utf8')
  if (existsSync(bin) && existsSync(stamp) && (await readFile(stamp, 'utf8')) === wanted) return bin

  const version = await runProgram(python, ['--version'], {}).catch(() => undefined)
  if (version?.code !== 0) {
    throw new PeersUnavailable(
      `test:peers needs Python 3.9 or later, and ${python} does not start. Install it, or set PYTHON.`,
    )
  }
  await mkdir(folder, { recursive: true })
  const made = await runProgram(python, ['-m', 'venv', '--clear', venv], {})
  if (made.code !== 0) {
    throw new PeersUnavailable(
      `${python} cannot make a virtual environment (on Debian: apt-get install python3-venv):\n${made.stderr}`,
    )
  }
  const pip = ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirements]
  const installed = await runProgram(join(bin, 'pip'), pip, {})
  if (installed.code !== 0) {
    throw new PeersUnavailable(`pip cannot install ${requirements}:\n${installed.stderr}`)
  }
  await writeFile(stamp, wanted)
  return bin
}
