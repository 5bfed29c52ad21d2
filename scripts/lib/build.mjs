// `next build`, when a source it reads changed since the last one.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprint } from './fingerprint.mjs'
import { Problem, step } from './log.mjs'
import { projectDir } from './places.mjs'
import { run } from './processes.mjs'

const SOURCES = ['app', 'components', 'lib', 'public', 'sdk', 'prisma/schema.prisma', 'package-lock.json']
const NOT_BUILT = /(^|\/)(node_modules|generated)(\/|$)|\.(test|db\.test|e2e)\.tsx?$|\.md$/

/** Also every file at the top that Next or its plugins may read. */
const topLevelSources = () =>
  readdirSync(projectDir).filter(
    (name) => /\.(mjs|ts|tsx)$|^tsconfig.*\.json$/.test(name) && !/^next-env|^vitest|^eslint/.test(name),
  )

export const distDir = (env = process.env) => env.SIGNALBOX_DIST_DIR || '.next'

const stampFile = (dist) => join(projectDir, dist, 'signalbox-build')

const sourceStamp = () =>
  fingerprint(projectDir, [...SOURCES, ...topLevelSources().sort()], {
    skip: (path) => NOT_BUILT.test(path),
    extra: [process.version],
  })

export function isBuilt(dist = distDir()) {
  const file = stampFile(dist)
  return (
    existsSync(file) && existsSync(join(projectDir, dist, 'BUILD_ID')) && readFileSync(file, 'utf8') === sourceStamp()
  )
}

export const nextCli = () => join(projectDir, 'node_modules', 'next', 'dist', 'bin', 'next')

export const NEXT_ENV = { NEXT_TELEMETRY_DISABLED: '1' }

export async function ensureBuilt(env, dist = distDir()) {
  if (isBuilt(dist)) return
  await step('building (next build)', () => build(env, dist))
}

export async function build(env, dist = distDir()) {
  const stamp = sourceStamp()
  const buildEnv = { ...env, ...NEXT_ENV, NODE_ENV: 'production', SIGNALBOX_DIST_DIR: dist }
  const result = await run(process.execPath, [nextCli(), 'build'], { cwd: projectDir, env: buildEnv })
  const made = existsSync(join(projectDir, dist, 'BUILD_ID'))
  if (result.code !== 0 || !made)
    throw new Problem('next build failed', 'correct what the output above names, then run this again', result.output)
  writeFileSync(stampFile(dist), stamp)
}
