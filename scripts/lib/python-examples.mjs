// The Python that the tests of examples/python run with: a virtual environment with exactly their requirements, kept
// until those change. A machine without Python or without PyPI is told so; everything else that fails is a failure.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './log.mjs'
import { projectDir } from './places.mjs'
import { run } from './processes.mjs'

const OLDEST = [3, 11]
const NEWEST = [3, 13] // CrewAI refuses 3.14
const COMMANDS = ['python3', 'python3.13', 'python3.12', 'python3.11']
const INSTALL_MAX_MS = 600_000
const REQUIREMENTS = join(projectDir, 'examples', 'python', 'requirements.txt')
const CACHE = join(projectDir, 'node_modules', '.cache', 'signalbox')

/**
 * `python` is the interpreter to run the examples with, `missing` why there cannot be one here.
 * @returns {Promise<{ python: string } | { missing: string }>}
 * @throws {Problem} Python and PyPI are there, and yet the requirements could not be installed.
 */
export async function ensurePythonExamples() {
  const requirements = readFileSync(REQUIREMENTS, 'utf8')
  const name = `python-${createHash('sha256').update(requirements).digest('hex').slice(0, 12)}`
  const folder = join(CACHE, name)
  const python = join(folder, 'bin', 'python')
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return { python }
  const found = await findPython(COMMANDS)
  if (found.missing) return found
  removeEnvironments()
  const made = await run(found.python, ['-m', 'venv', folder], { timeoutMs: INSTALL_MAX_MS })
  if (made.code !== 0)
    throw new Problem('no virtual environment could be made for examples/python', 'see the reason above', made.output)
  const missing = await install(python)
  if (missing) return { missing }
  writeFileSync(complete, '')
  return { python }
}

/** Of earlier requirements, or half made. */
function removeEnvironments() {
  mkdirSync(CACHE, { recursive: true })
  for (const name of readdirSync(CACHE).filter((each) => each.startsWith('python-')))
    rmSync(join(CACHE, name), { recursive: true, force: true })
}

/** The list names every package, so that nothing is left to resolve; wheels only, so that nothing is compiled. */
async function install(python) {
  const pip = (args, timeoutMs) => run(python, ['-m', 'pip', ...args, '--no-input'], { timeoutMs })
  const asked = await pip(['index', 'versions', 'pip', '--retries', '0', '--timeout', '20'], 60_000)
  if (asked.timedOut || isUnreachable(asked.output)) return 'PyPI cannot be reached'
  const options = ['--no-deps', '--no-compile', '--only-binary', ':all:', '--quiet']
  const { code, output, timedOut } = await pip(['install', ...options, '--requirement', REQUIREMENTS], INSTALL_MAX_MS)
  if (code === 0) return null
  if (timedOut) throw new Problem('the packages of examples/python took more than 10 minutes', 'run this again', output)
  const last = output.trimEnd().split('\n').at(-1)
  throw new Problem(`the packages of examples/python cannot be installed: ${last}`, 'see what pip says above', output)
}

/** What `pip index versions` says when nobody answers: of pip itself there is always a version. */
export const isUnreachable = (output) => output.includes('No matching distribution found for pip')

/**
 * The first of the commands that is a Python of the right age with what a virtual environment needs.
 * @returns {Promise<{ python: string, missing?: undefined } | { missing: string }>}
 */
export async function findPython(commands) {
  let missing = 'no Python 3.11 to 3.13 on the PATH'
  const what = 'import importlib.util as u, sys; print(*sys.version_info[:2], u.find_spec("ensurepip") is not None)'
  for (const command of commands) {
    const { code, output } = await run(command, ['-c', what], { timeoutMs: 20_000 })
    const [, major, minor, ensurepip] = /^(\d+) (\d+) (True|False)\s*$/.exec(output) ?? []
    if (code !== 0 || !isPythonOfAge(Number(major), Number(minor))) continue
    if (ensurepip === 'True') return { python: command }
    missing = `${command} has no ensurepip (on Debian and Ubuntu: apt install python3-venv)`
  }
  return { missing }
}

export const isPythonOfAge = (major, minor) => major === OLDEST[0] && minor >= OLDEST[1] && minor <= NEWEST[1]
