// The examples have packages of their own, which the product does not need: installed for the tests that run them.
import { join } from 'node:path'
import { missingPackages, npmCommand } from './install.mjs'
import { projectDir, readJson } from './places.mjs'
import { run } from './processes.mjs'

const folder = join(projectDir, 'examples', 'js')

/** Names of packages that the examples' lock wants and that are not there. */
export function examplePackagesMissing() {
  const lock = readJson(join(folder, 'package-lock.json'))
  return missingPackages(lock, readJson(join(folder, 'node_modules', '.package-lock.json')))
}

/** Without a registry it leaves them missing; then the tests are skipped and say so, which the run counts. */
export async function ensureExamplesInstalled() {
  if (examplePackagesMissing().length === 0) return
  const [command, prefix] = npmCommand()
  const patience = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000']
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', ...patience]
  await run(command, [...prefix, ...args], { cwd: folder })
}
