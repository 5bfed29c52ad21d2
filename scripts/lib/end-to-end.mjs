// The browser journeys: a fresh database, the built app on a free port, Playwright, and everything gone afterwards.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { publicUrl, spawnApp, waitForHealth } from './app-server.mjs'
import { findChromium } from './chromium.mjs'
import { Problem } from './log.mjs'
import { anyFreePort } from './ports.mjs'
import { projectDir, readJson } from './places.mjs'
import { run } from './processes.mjs'
import { ensureSetupCode } from './setup-code.mjs'
import { createTestDatabase, temporaryDataFolder, TEST_ENV } from './test-server.mjs'

const HOST = '127.0.0.1'

/** The app of `dist` on its own database; `stop()` ends it and returns what it printed. */
export async function startBuiltApp({ testServer, dist, env = {} }) {
  const database = await createTestDatabase(testServer)
  const folder = temporaryDataFolder()
  const port = await anyFreePort(HOST)
  const url = publicUrl(HOST, port)
  const setupCode = ensureSetupCode(folder)
  const appEnv = {
    ...process.env,
    ...TEST_ENV,
    ...database.env,
    NODE_ENV: 'production',
    NEXTAUTH_URL: url,
    SIGNALBOX_DATA_DIR: folder,
    SIGNALBOX_LOG_LEVEL: 'warn',
    ...env,
  }
  const app = spawnApp({ env: appEnv, host: HOST, port, dist, output: 'pipe' })
  let printed = ''
  for (const stream of [app.child.stdout, app.child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (printed += text))
  const stop = async () => {
    await app.stop(5_000)
    rmSync(folder, { recursive: true, force: true })
    await database.drop().catch(() => {})
    return printed
  }
  if (await waitForHealth(app, url)) return { url, env: appEnv, folder, setupCode, stop, printed: () => printed }
  await stop()
  throw new Problem('the built app does not answer /api/health', 'read its output above', printed)
}

export async function runEndToEnd({ testServer, dist, reportFile, files = [] }) {
  const chromium = await findChromium()
  const app = await startBuiltApp({ testServer, dist })
  try {
    const env = {
      ...app.env,
      SIGNALBOX_E2E_URL: app.url,
      SIGNALBOX_E2E_SETUP_CODE: app.setupCode,
      SIGNALBOX_CHROMIUM: JSON.stringify(chromium),
      PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile,
    }
    const cli = join(projectDir, 'node_modules', '@playwright', 'test', 'cli.js')
    const args = [
      cli,
      'test',
      '-c',
      'e2e/playwright.config.ts',
      '--pass-with-no-tests',
      '--reporter=line,json',
      ...files,
    ]
    const result = await run(process.execPath, args, { cwd: projectDir, env })
    const appSaid = result.code ? `\nThe app printed:\n${app.printed()}` : ''
    return {
      code: result.code,
      output: result.output + appSaid,
      report: readJson(reportFile),
      browser: chromium.source,
    }
  } finally {
    await app.stop()
  }
}
