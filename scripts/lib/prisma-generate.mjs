// `prisma generate`, when the schema or Prisma itself changed.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fingerprint } from './fingerprint.mjs'
import { Problem, step } from './log.mjs'
import { projectDir } from './places.mjs'
import { run } from './processes.mjs'

const generatedDir = () => join(projectDir, 'lib', 'core', 'generated', 'prisma')
const stampFile = () => join(projectDir, 'lib', 'core', 'generated', 'prisma.stamp')

const readStamp = () => (existsSync(generatedDir()) && existsSync(stampFile()) ? readFileSync(stampFile(), 'utf8') : '')

export const isClientCurrent = (stamp = wantedStamp()) => readStamp() === stamp

const wantedStamp = () =>
  fingerprint(projectDir, ['prisma/schema.prisma', 'prisma.config.ts', 'node_modules/prisma/package.json'])

/** Nothing is downloaded: generating asks only that a schema engine file exists, and any program will do. */
export const PRISMA_ENV = {
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
}

export async function ensurePrismaClient() {
  const stamp = wantedStamp()
  if (!existsSync(join(projectDir, 'prisma', 'schema.prisma')) || isClientCurrent(stamp)) return
  await step('generating the database client (prisma generate)', async () => {
    const cli = join(projectDir, 'node_modules', 'prisma', 'build', 'index.js')
    const env = { DATABASE_URL: 'postgresql://nobody@127.0.0.1/none', ...process.env, ...PRISMA_ENV }
    const result = await run(process.execPath, [cli, 'generate'], { cwd: projectDir, env, timeoutMs: 120_000 })
    if (result.code !== 0)
      throw new Problem('prisma generate failed', 'correct prisma/schema.prisma as said above', result.output)
    mkdirSync(dirname(stampFile()), { recursive: true })
    writeFileSync(stampFile(), stamp)
  })
}
