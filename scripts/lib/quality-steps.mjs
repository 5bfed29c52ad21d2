// The steps that `npm test` and `npm run check` share. Each resolves to `{ ok, counts, output, note }`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nextCli, NEXT_ENV } from './build.mjs'
import { projectDir, readJson } from './places.mjs'
import { ensurePrismaClient } from './prisma-generate.mjs'
import { silently } from './log.mjs'
import { run } from './processes.mjs'
import { countStep, countVitest } from './test-results.mjs'

const tool = (...path) => join(projectDir, 'node_modules', ...path)

/** A developer's own database and secrets have no business in a test run. */
export function testEnvironment(env = process.env) {
  const clean = { ...env, ...NEXT_ENV, CI: env.CI || 'true' }
  for (const name of [
    'FORCE_COLOR',
    'NO_COLOR',
    'DATABASE_URL',
    'DATABASE_OWNER_URL',
    'DATABASE_DIRECT_URL',
    'NODE_ENV',
    'PORT',
    'HOST',
  ])
    delete clean[name]
  return Object.assign(clean, process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' })
}

async function command(args) {
  const { code, output } = await run(process.execPath, args, { cwd: projectDir, env: testEnvironment() })
  return { ok: code === 0, counts: countStep(code === 0), output }
}

const PRETTIER_CACHE = [
  '--cache',
  '--cache-strategy',
  'content',
  '--cache-location',
  'node_modules/.cache/signalbox/prettier',
]

export const format = () =>
  command([tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', ...PRETTIER_CACHE, '.'])

export const lint = async () => {
  await silently(ensurePrismaClient)
  return command([tool('eslint', 'bin', 'eslint.js'), '.', '--max-warnings', '0'])
}

/** `next typegen` writes next-env.d.ts and the types of routes, which a fresh clone lacks. */
export async function types() {
  await silently(ensurePrismaClient)
  const routes = await command([nextCli(), 'typegen'])
  if (!routes.ok) return routes
  return command([tool('typescript', 'bin', 'tsc'), '--noEmit', '-p', 'scripts/testing/tsconfig.json'])
}

/** Runs one vitest project; `extra` goes into its environment. */
export async function vitest(project, { files = [], extra = {} } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-report-'))
  const reportFile = join(folder, 'vitest.json')
  const args = [tool('vitest', 'vitest.mjs'), 'run', '--project', project, '--reporter=default', '--reporter=json']
  try {
    const env = { ...testEnvironment(), ...extra }
    const result = await run(process.execPath, [...args, `--outputFile.json=${reportFile}`, ...files], {
      cwd: projectDir,
      env,
    })
    const counts = countVitest(readJson(reportFile) ?? (result.code === 0 ? {} : null), result.code)
    return { ok: counts.failed === 0, counts, output: result.output }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const pure = async (files) => {
  await silently(ensurePrismaClient)
  return vitest('pure', { files })
}
