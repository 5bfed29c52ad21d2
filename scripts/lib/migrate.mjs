// Applies prisma/migrations with Prisma's own schema engine (as WebAssembly, so that no native engine is downloaded),
// into the same `_prisma_migrations` table that `prisma migrate deploy` uses.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Problem } from './log.mjs'
import { projectDir } from './places.mjs'
import { shown, withClient } from './database.mjs'

const MIGRATIONS = join(projectDir, 'prisma', 'migrations')

// Prisma's own lock is another number: this one is held around the engine, which takes and releases its own.
const OUR_LOCK = 5_170_220

export function readMigrations(folder = MIGRATIONS) {
  const names = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : []
  return names
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'migration.sql')))
    .map((entry) => ({ name: entry.name, sql: readFileSync(join(folder, entry.name, 'migration.sql'), 'utf8') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** The list of migrations in the shape the engine wants. */
function migrationList(folder, migrations) {
  const lock = join(folder, 'migration_lock.toml')
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: existsSync(lock) ? readFileSync(lock, 'utf8') : null },
    shadowDbInitScript: '',
    migrationDirectories: migrations.map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sql } },
    })),
  }
}

let loaded
/** Node runs no `import … from './x.wasm'` without a flag, so the module is put together here. */
async function loadEngine() {
  if (loaded) return loaded
  const folder = join(projectDir, 'node_modules', '@prisma', 'schema-engine-wasm')
  const glue = await import(pathToFileURL(join(folder, 'schema_engine_bg.js')).href)
  const bytes = readFileSync(join(folder, 'schema_engine_bg.wasm'))
  const imports = Object.fromEntries(
    Object.entries(glue).map(([name, value]) => [name, name.startsWith('__wbg_setTimeout_') ? backgroundTimer : value]),
  )
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': imports })
  glue.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  loaded = glue.SchemaEngine
  return loaded
}

/** The engine's 10 s limit for its lock is never cleared and would keep the process alive that long. */
const backgroundTimer = (run, ms) => setTimeout(run, ms).unref()

/**
 * The pg adapter, but a script goes to the server whole: the adapter's own splits at every semicolon and breaks
 * functions and triggers. One query is also one transaction, so a failed or killed migration leaves nothing behind;
 * that it is finished is written in the same transaction.
 */
async function scriptSendingFactory(pool, scripts) {
  const { PrismaPg } = await import('@prisma/adapter-pg')
  const { bindMigrationAwareSqlAdapterFactory } = await import('@prisma/driver-adapter-utils')
  const factory = new PrismaPg(pool)
  const connect = factory.connect.bind(factory)
  factory.connect = async () => {
    const adapter = await connect()
    adapter.executeScript = async (script) => {
      try {
        await pool.query(scripts.has(script) ? `${script}\n;${MARK_FINISHED}` : script)
      } catch (error) {
        adapter.onError(error)
      }
    }
    return adapter
  }
  return bindMigrationAwareSqlAdapterFactory(factory)
}

const MARK_FINISHED =
  'UPDATE _prisma_migrations SET finished_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL'

/** A migration that began and never finished was undone by the server with its transaction: it may run again. */
async function forgetUnfinished(pool) {
  const { rows } = await pool.query(`SELECT to_regclass('_prisma_migrations') AS name`)
  if (!rows[0].name) return
  await pool.query(
    'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL',
  )
}

/** Applies what is missing; returns the names. Safe to call from several processes at once. */
export async function applyMigrations(ownerUrl, folder = MIGRATIONS) {
  const migrations = readMigrations(folder)
  if (!migrations.length) return []
  return withClient(ownerUrl, async (lockHolder) => {
    await lockHolder.query('SELECT pg_advisory_lock($1)', [OUR_LOCK])
    if (!(await pending(lockHolder, migrations)).length) return []
    return runEngine(ownerUrl, folder, migrations)
  })
}

async function runEngine(ownerUrl, folder, migrations) {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1 })
  pool.on('error', () => {})
  try {
    await forgetUnfinished(pool)
    const scripts = new Set(migrations.map(({ sql }) => sql))
    const factory = await scriptSendingFactory(pool, scripts)
    const SchemaEngine = await loadEngine()
    const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, factory)
    const filters = { externalTables: [], externalEnums: [] }
    const { appliedMigrationNames } = await engine.applyMigrations({
      migrationsList: migrationList(folder, migrations),
      filters,
    })
    return appliedMigrationNames
  } catch (error) {
    throw refused(error, ownerUrl)
  } finally {
    await pool.end().catch(() => {})
  }
}

function refused(error, ownerUrl) {
  const trace = /\n\s+\d+: [\s\S]*/ // the engine's own call stack
  const text = ([error?.message, error?.cause?.message].filter(Boolean).join('\n') || String(error)).replace(trace, '')
  const fix = /permission denied/i.test(text)
    ? 'let DATABASE_OWNER_URL name the role that owns the database (npm run db:roles prints the SQL)'
    : 'nothing was changed by the failed migration; correct the cause above, then run this again'
  return new Problem(`a migration failed on ${shown(ownerUrl)}`, fix, text)
}

/** Names in prisma/migrations that this database has not finished. */
export async function pending(client, migrations = readMigrations()) {
  const { rows } = await client.query(`SELECT to_regclass('_prisma_migrations') AS name`)
  if (!rows[0].name) return migrations.map(({ name }) => name)
  const done = await client.query(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  )
  const names = new Set(done.rows.map((row) => row.migration_name))
  return migrations.filter(({ name }) => !names.has(name)).map(({ name }) => name)
}
