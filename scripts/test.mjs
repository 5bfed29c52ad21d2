// npm test: everything, from formatting to the browser. `npm test -- --only=db lib/ledger` runs part of it.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { main, Problem } from './lib/log.mjs'
import { projectDir } from './lib/places.mjs'
import { endRunningCommands } from './lib/processes.mjs'
import { parseTestArguments, summarise } from './lib/test-results.mjs'

const DIST = '.next-test' // beside .next, which a running `npm start` serves

await main(async () => {
  await ensureInstalled()
  const quality = await import('./lib/quality-steps.mjs')
  const { runSteps } = await import('./lib/step-runner.mjs')
  const context = testContext()
  const all = {
    format: quality.format,
    lint: quality.lint,
    types: quality.types,
    pure: () => quality.pure(context.files),
    build: () => context.build(),
    db: () => context.databaseTests(quality),
    e2e: () => context.endToEnd(),
  }
  const { only, unknown, files } = parseTestArguments(process.argv.slice(2), Object.keys(all))
  if (unknown.length)
    throw new Problem(`there is no step ${unknown.join(', ')}`, `choose from: ${Object.keys(all).join(', ')}`)
  context.files = files

  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void interrupted(context))
  try {
    const counts = await runSteps(Object.entries(all).filter(([name]) => only.includes(name)))
    const notRun = Object.keys(all).filter((name) => !only.includes(name))
    const { failed, lines } = summarise({ counts, notRun, strict: hasSharedData() })
    await context.close()
    console.log(`\n${lines.join('\n')}`)
    process.exitCode = failed ? 1 : 0
  } finally {
    await context.close()
  }
})

/** Where the data that tests read is present, no test has a reason to be skipped. */
function hasSharedData() {
  return existsSync(process.env.SIGNALBOX_SHARED_DATA || resolve(projectDir, '..', 'shared', 'data'))
}

async function interrupted(context) {
  endRunningCommands()
  await context.close()
  process.exit(130)
}

/** One test server and one build for all steps that need them, made when first needed. */
function testContext() {
  let server
  let built
  const open = () => (server ??= import('./lib/test-server.mjs').then(({ openTestServer }) => openTestServer()))
  const buildOnce = async () => {
    const { ensureBuilt } = await import('./lib/build.mjs')
    const { ensurePrismaClient } = await import('./lib/prisma-generate.mjs')
    const { silently } = await import('./lib/log.mjs')
    const { testEnvironment } = await import('./lib/quality-steps.mjs')
    const { TEST_ENV } = await import('./lib/test-server.mjs')
    // Addresses that lead nowhere: a build that asks the database fails here instead of at a user's.
    const nowhere = { DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none' }
    await silently(async () => {
      await ensurePrismaClient()
      await ensureBuilt({ ...testEnvironment(), ...TEST_ENV, ...nowhere }, DIST)
    })
    return { ok: true, counts: { passed: 1, failed: 0, skipped: [] }, output: '' }
  }
  return {
    files: [],
    build: () => (built ??= buildOnce()),
    async databaseTests(quality) {
      const { ensureExamplesInstalled } = await import('./lib/examples.mjs')
      const { ensurePythonExamples } = await import('./lib/python-examples.mjs')
      if (this.files.length === 0 || this.files.some((file) => file.includes('examples')))
        // Their tests ask again, and fail or are skipped for the reason.
        await Promise.allSettled([ensureExamplesInstalled(), ensurePythonExamples()])
      const { close: _, ...about } = await open()
      return quality.vitest('db', {
        files: this.files,
        extra: { SIGNALBOX_TEST_SERVER: JSON.stringify(about), SIGNALBOX_TEST_DIST_DIR: DIST },
      })
    },
    async endToEnd() {
      await this.build().catch(() => {
        throw new Problem('the browser tests need the build, which failed', 'correct the build')
      })
      const { runEndToEnd } = await import('./lib/end-to-end.mjs')
      const { countPlaywright } = await import('./lib/test-results.mjs')
      const folder = mkdtempSync(join(tmpdir(), 'signalbox-report-'))
      try {
        const reportFile = join(folder, 'playwright.json')
        const result = await runEndToEnd({ testServer: await open(), dist: DIST, reportFile, files: this.files })
        const counts = countPlaywright(result.report, result.code)
        return { ok: counts.failed === 0, counts, output: result.output, note: `Chromium ${result.browser}` }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
    async close() {
      const opened = await server?.catch(() => null)
      server = undefined
      await opened?.close()
    },
  }
}
