// Roles, databases and the questions the launcher asks a server before it trusts it.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './log.mjs'
import { projectDir } from './places.mjs'

export const OWNER_ROLE = 'signalbox_owner'
export const APP_ROLE = 'signalbox_app'
export const OLDEST_SERVER = 15

export const ONE_ROLE_WARNING = 'one role: the database owner can alter this log; anchors are the proof'

export const identifier = (name) => `"${name.replaceAll('"', '""')}"`
export const literal = (text) => `'${text.replaceAll("'", "''")}'`

export function urlOf({ host, port, user, password, database }) {
  const who = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`
  return `postgresql://${who}@${host}:${port}/${encodeURIComponent(database)}`
}

/** The same server and login, another database. */
export function withDatabase(url, database) {
  const next = new URL(url)
  next.pathname = `/${encodeURIComponent(database)}`
  return next.href
}

export function withLogin(url, user, password) {
  const next = new URL(url)
  next.username = encodeURIComponent(user)
  next.password = encodeURIComponent(password)
  return next.href
}

export const roleIn = (url) => decodeURIComponent(new URL(url).username)

/** For messages: everything but the password. */
export function shown(url) {
  const safe = new URL(url)
  if (safe.password) safe.password = '***'
  return safe.href
}

export async function withClient(where, run) {
  const { default: pg } = await import('pg')
  const config = typeof where === 'string' ? { connectionString: where } : where
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 10_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    return await run(client)
  } finally {
    await client.end().catch(() => {})
  }
}

/** Idempotent: both roles, their passwords and the database they share. */
export async function ensureOwnDatabase(admin, { database, ownerPassword, appPassword }) {
  await withClient(admin, async (client) => {
    await ensureRole(client, OWNER_ROLE, ownerPassword)
    await ensureRole(client, APP_ROLE, appPassword)
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
    if (!rowCount) await client.query(`CREATE DATABASE ${identifier(database)} OWNER ${OWNER_ROLE}`)
    await client.query(`REVOKE ALL ON DATABASE ${identifier(database)} FROM PUBLIC`)
    await client.query(`GRANT CONNECT ON DATABASE ${identifier(database)} TO ${APP_ROLE}`)
  })
}

async function ensureRole(client, role, password) {
  const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role])
  const verb = rowCount ? 'ALTER' : 'CREATE'
  await client.query(`${verb} ROLE ${role} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD ${literal(password)}`)
}

/** `prisma/roles.sql` with its placeholders :"app_role" and :"owner_role" filled in, or null when there is none. */
export function grantsFor({ appRole, ownerRole }) {
  const file = join(projectDir, 'prisma', 'roles.sql')
  if (!existsSync(file)) return null
  return fillRoles(readFileSync(file, 'utf8'), { appRole, ownerRole })
}

export const fillRoles = (sql, { appRole, ownerRole }) =>
  sql.replaceAll(':"app_role"', identifier(appRole)).replaceAll(':"owner_role"', identifier(ownerRole))

export async function applyGrants(ownerUrl, { appRole, ownerRole }) {
  const sql = grantsFor({ appRole, ownerRole })
  if (sql) await withClient(ownerUrl, (client) => client.query(sql))
}

/** Reaches the server and checks its version; every failure names the variable and what to do. */
export async function checkServer(url, variable) {
  parseUrl(url, variable)
  let version
  try {
    version = await withClient(
      url,
      async (client) => (await client.query('SHOW server_version_num')).rows[0].server_version_num,
    )
  } catch (error) {
    throw unreachable(error, url, variable)
  }
  const major = Math.floor(Number(version) / 10_000)
  if (major >= OLDEST_SERVER) return { major }
  throw new Problem(
    `the PostgreSQL of ${variable} has version ${major}; Signalbox needs ${OLDEST_SERVER} or newer`,
    `upgrade that server, or unset ${variable} to use the embedded PostgreSQL`,
  )
}

function parseUrl(url, variable) {
  const form = 'postgresql://user:password@host:5432/database'
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new Problem(`${variable} is not a PostgreSQL address`, `write it as ${form}`)
  }
}

function unreachable(error, url, variable) {
  const cures = {
    ECONNREFUSED: 'start that server, or correct host and port',
    ENOTFOUND: 'correct the host name',
    '28P01': 'correct user and password',
    28000: 'create that role, or allow it in the server’s pg_hba.conf',
    '3D000': `create the database, for example: createdb ${new URL(url).pathname.slice(1)}`,
  }
  const cure = cures[error?.code] ?? 'check that the server runs and accepts this user'
  return new Problem(`${variable} (${shown(url)}) cannot be used: ${error?.message || error?.code}`, cure)
}
