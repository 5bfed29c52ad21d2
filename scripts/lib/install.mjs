// `npm ci` when the installed packages are not exactly those of package-lock.json.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Problem, step } from './log.mjs'
import { projectDir, readJson } from './places.mjs'
import { run } from './processes.mjs'
import { hydrateLibraryLinks } from './postgres-binaries.mjs'

const OLDEST_NODE = [20, 19]

export function isNodeNewEnough(version, [major, minor] = OLDEST_NODE) {
  const [haveMajor = 0, haveMinor = 0] = version.split('.').map(Number)
  return haveMajor > major || (haveMajor === major && haveMinor >= minor)
}

/** npm keeps what it installed in node_modules/.package-lock.json; optional packages of other systems are absent there. */
export function missingPackages(lock, installed) {
  if (!lock?.packages) return []
  const have = installed?.packages ?? {}
  return Object.entries(lock.packages)
    .filter(
      ([path, wanted]) =>
        path && !wanted.link && !(wanted.optional && !have[path]) && have[path]?.version !== wanted.version,
    )
    .map(([path]) => path.replace(/^.*node_modules\//, ''))
}

export function packagesToInstall() {
  const lock = readJson(join(projectDir, 'package-lock.json'))
  const installed = readJson(join(projectDir, 'node_modules', '.package-lock.json'))
  return missingPackages(lock, installed)
}

export const npmCommand = () =>
  process.env.npm_execpath?.endsWith('.js') && existsSync(process.env.npm_execpath)
    ? [process.execPath, [process.env.npm_execpath]]
    : ['npm', []]

export async function ensureInstalled() {
  if (!isNodeNewEnough(process.versions.node)) {
    throw new Problem(
      `Node ${process.versions.node} is too old`,
      `install Node ${OLDEST_NODE.join('.')} or newer, then run this again`,
    )
  }
  if (packagesToInstall().length) await step('installing packages (npm ci)', npmCi)
  hydrateLibraryLinks()
}

async function npmCi() {
  const [command, prefix] = npmCommand()
  const result = await run(command, [...prefix, 'ci', '--include=dev', '--no-audit', '--no-fund'], { cwd: projectDir })
  if (result.code === 0) return
  throw new Problem(
    'npm ci failed',
    'check that the npm registry can be reached (npm ping), then run this again',
    result.output,
  )
}
