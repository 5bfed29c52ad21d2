// A Chromium that starts, tried in this order: Playwright's own, one of the system, Playwright's download,
// the npm package @sparticuz/chromium, and as root Debian's package.
import { existsSync, mkdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { npmCommand } from './install.mjs'
import { Problem } from './log.mjs'
import { projectDir } from './places.mjs'
import { run } from './processes.mjs'

const SYSTEM_NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const SYSTEM_PATHS = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]
const SPARTICUZ = '@sparticuz/chromium@143.0.0'

const isRoot = () => process.getuid?.() === 0
/** Chromium's sandbox refuses root. */
const baseArgs = () => (isRoot() ? ['--no-sandbox'] : [])

export function systemBrowsers(path = process.env.PATH ?? '', exists = existsSync) {
  const inPath = SYSTEM_NAMES.flatMap((name) =>
    path
      .split(delimiter)
      .filter(Boolean)
      .map((folder) => join(folder, name)),
  )
  return [...inPath, ...SYSTEM_PATHS].filter((file) => exists(file))
}

async function playwrightChromium() {
  const { chromium } = await import(pathToFileURL(join(projectDir, 'node_modules', 'playwright', 'index.mjs')).href)
  return chromium
}

/** Starting it once is the only proof: a downloaded browser may lack libraries of the system. */
async function starts({ executablePath, args }) {
  if (!existsSync(executablePath)) return false
  try {
    const browser = await (await playwrightChromium()).launch({ executablePath, args, timeout: 30_000 })
    await browser.close()
    return true
  } catch {
    return false
  }
}

const own = async () => (await playwrightChromium()).executablePath()

async function ownDownloaded() {
  const cli = join(projectDir, 'node_modules', 'playwright', 'cli.js')
  const env = { ...process.env, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: '15000' }
  await run(process.execPath, [cli, 'install', 'chromium'], { cwd: projectDir, env, timeoutMs: 300_000 })
  return own()
}

const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'signalbox', 'chromium-143')

async function sparticuz() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return []
  const folder = cacheFolder()
  const installed = join(folder, 'node_modules', '@sparticuz', 'chromium')
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true })
    const [command, prefix] = npmCommand()
    const args = [
      ...prefix,
      'install',
      '--prefix',
      folder,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      SPARTICUZ,
    ]
    await run(command, args, { cwd: folder, timeoutMs: 300_000 })
  }
  if (!existsSync(installed)) return []
  const unpacked = await unpack(folder)
  // With the package's own arguments, which are made for a cloud function, only when it does not start with ours.
  return [
    { executablePath: unpacked.path, args: ['--no-sandbox', '--disable-gpu'] },
    { executablePath: unpacked.path, args: unpacked.args },
  ]
}

/** The package unpacks into the temporary folder, which others may write to: here into its own folder instead. */
async function unpack(folder) {
  const temporary = process.env.TMPDIR
  process.env.TMPDIR = folder
  try {
    const entry = createRequire(join(folder, 'package.json')).resolve('@sparticuz/chromium')
    const { default: packed } = await import(pathToFileURL(entry).href)
    return { path: await packed.executablePath(), args: packed.args }
  } finally {
    if (temporary === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = temporary
  }
}

async function debianPackage() {
  if (!isRoot() || !existsSync('/usr/bin/apt-get')) return null
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update'], { env, timeoutMs: 180_000 })
  await run('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], { env, timeoutMs: 600_000 })
  return '/usr/bin/chromium'
}

const SOURCES = [
  ['Playwright’s own', async () => [await own()]],
  ['of this system', async () => systemBrowsers()],
  ['playwright install chromium', async () => [await ownDownloaded()]],
  [SPARTICUZ, sparticuz],
  ['apt-get install chromium', async () => [await debianPackage()]],
]

/** `{ executablePath, args, source }` for Playwright's `launchOptions`. */
export async function findChromium() {
  for (const [source, candidates] of SOURCES) {
    for (const found of await candidates().catch(() => [])) {
      if (!found) continue
      const choice = typeof found === 'string' ? { executablePath: found, args: baseArgs() } : found
      if (await starts(choice)) return { ...choice, source }
    }
  }
  throw new Problem(
    'no Chromium could be found, installed or started',
    'sudo apt-get install chromium, or npx playwright install --with-deps chromium',
  )
}
