// The PostgreSQL that tests use: a throwaway embedded one, or the server of SIGNALBOX_TEST_DATABASE_URL, whose role
// needs CREATEDB and nothing else. One template is migrated; every test file gets a copy.
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  applyGrants,
  APP_ROLE,
  checkServer,
  identifier,
  literal,
  OWNER_ROLE,
  roleIn,
  urlOf,
  withClient,
  withDatabase,
  withLogin,
} from './database.mjs'
import { Problem } from './log.mjs'
import { applyMigrations } from './migrate.mjs'
import { readJson } from './places.mjs'
import { canEnter, postgresUser } from './postgres-binaries.mjs'
import { HOST, runningPostmaster, startPostgres, stopPostmaster } from './postgres.mjs'
import { identify, isSameProcess, sleep } from './processes.mjs'

const PREFIX = 'signalbox-test-'
const word = () => randomBytes(12).toString('hex')

/** Left by a test run that was killed. What belongs to another user stays. */
async function sweep(parent) {
  for (const name of readdirSync(parent).filter((each) => each.startsWith(PREFIX))) {
    const home = join(parent, name)
    const run = readJson(join(home, 'run.json'))
    if (!run || isSameProcess(run.by)) continue
    try {
      const left = runningPostmaster(join(home, 'postgres'))
      if (left) await stopPostmaster(left.pid)
      rmSync(home, { recursive: true, force: true })
    } catch (error) {
      if (!['EPERM', 'EACCES'].includes(error?.code)) throw error
    }
  }
}

/** A folder below the system's temporary one that the server's OS user may enter. */
export async function temporaryHome(user) {
  for (const parent of [tmpdir(), '/var/tmp']) {
    await sweep(parent)
    const home = mkdtempSync(join(parent, PREFIX))
    writeFileSync(join(home, 'run.json'), JSON.stringify({ by: identify(process.pid) }))
    if (user) chmodSync(home, 0o711)
    if (!user || canEnter(home, user)) return home
    rmSync(home, { recursive: true, force: true })
  }
  throw new Problem(
    'the user "postgres" can enter no temporary folder',
    'set TMPDIR to a folder that everybody may enter',
  )
}

/** A throwaway embedded server with owner and app role; `admin` is its superuser. */
export async function startThrowaway() {
  const user = postgresUser()
  const home = await temporaryHome(user)
  const passwords = { admin: word(), owner: word(), app: word() }
  const remove = () => rmSync(home, { recursive: true, force: true })
  try {
    const server = await startPostgres({ home, user, password: passwords.admin, forTests: true })
    await withClient(server.admin, async (client) => {
      await client.query(`CREATE ROLE ${OWNER_ROLE} LOGIN CREATEDB PASSWORD ${literal(passwords.owner)}`)
      await client.query(`CREATE ROLE ${APP_ROLE} LOGIN PASSWORD ${literal(passwords.app)}`)
    })
    const login = (role, password) =>
      urlOf({ host: HOST, port: server.port, user: role, password, database: 'postgres' })
    return {
      home,
      server,
      ownerUrl: login(OWNER_ROLE, passwords.owner),
      appUrl: login(APP_ROLE, passwords.app),
      /** After a kill: the same data, the same port. */
      startAgain: () => startPostgres({ home, user, password: passwords.admin, port: server.port, forTests: true }),
      async close() {
        const left = runningPostmaster(join(home, 'postgres'))
        if (left) await stopPostmaster(left.pid)
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }
}

async function useForeign(url, run) {
  await checkServer(url, 'SIGNALBOX_TEST_DATABASE_URL')
  const may = await withClient(url, async (client) => {
    const { rows } = await client.query(
      'SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user',
    )
    return rows[0]
  })
  if (!may.rolsuper && !may.rolcreatedb) {
    throw new Problem(
      'the role of SIGNALBOX_TEST_DATABASE_URL may not create databases',
      `ALTER ROLE ${identifier(roleIn(url))} CREATEDB`,
    )
  }
  if (!may.rolsuper && !may.rolcreaterole) return { ownerUrl: url, appUrl: null, close: async () => {} }
  const role = `sbt_${run}_app`
  const password = word()
  await withClient(url, (client) => client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${literal(password)}`))
  return {
    ownerUrl: url,
    appUrl: withLogin(url, role, password),
    close: () => withClient(url, (client) => client.query(`DROP ROLE IF EXISTS ${role}`)),
  }
}

/** `{ run, ownerUrl, appUrl, template, close }`; `appUrl` is null where only one role can be had. */
export async function openTestServer() {
  const run = randomBytes(4).toString('hex')
  const foreign = process.env.SIGNALBOX_TEST_DATABASE_URL
  const server = foreign ? await useForeign(foreign, run) : await startThrowaway()
  const about = { run, ownerUrl: server.ownerUrl, appUrl: server.appUrl, template: `sbt_${run}_template` }
  const close = async () => {
    if (foreign) await dropDatabasesOf(about)
    await server.close()
  }
  try {
    await makeTemplate(about)
    return { ...about, close }
  } catch (error) {
    await close().catch(() => {})
    throw error
  }
}

async function makeTemplate({ ownerUrl, appUrl, template }) {
  await withClient(ownerUrl, (client) => client.query(`CREATE DATABASE ${template}`))
  const url = withDatabase(ownerUrl, template)
  await applyMigrations(url)
  if (appUrl) await applyGrants(url, { appRole: roleIn(appUrl), ownerRole: roleIn(ownerUrl) })
}

/** A fresh copy of the template and the variables that name it. */
export async function createTestDatabase({ run, ownerUrl, appUrl, template }) {
  const name = `sbt_${run}_${randomBytes(5).toString('hex')}`
  await withClient(ownerUrl, (client) => copyTemplate(client, name, template))
  const owner = withDatabase(ownerUrl, name)
  return {
    name,
    env: { DATABASE_URL: appUrl ? withDatabase(appUrl, name) : owner, DATABASE_OWNER_URL: owner },
    drop: () => withClient(ownerUrl, (client) => dropDatabase(client, name)),
  }
}

/** Somebody may look at the template at this moment (55006, an autovacuum for example): tried again. */
async function copyTemplate(client, name, template) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`)
    } catch (error) {
      if (error?.code !== '55006' || attempt > 50) throw error
      await sleep(100)
    }
  }
}

async function dropDatabasesOf({ run, ownerUrl }) {
  await withClient(ownerUrl, async (client) => {
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname LIKE $1', [`sbt\\_${run}\\_%`])
    for (const { datname } of rows) await dropDatabase(client, datname)
  })
}

/**
 * An autovacuum worker belongs to the superuser: FORCE, asked by a plain owner, refuses to end it (42501) and ends
 * nobody. A plain DROP does end autovacuum, but waits in vain for sessions (55006). So the two take turns.
 */
async function dropDatabase(client, name) {
  for (let attempt = 0; ; attempt++) {
    const forced = attempt % 2 === 0
    try {
      return await client.query(`DROP DATABASE IF EXISTS ${identifier(name)}${forced ? ' WITH (FORCE)' : ''}`)
    } catch (error) {
      const busy = error?.code === '42501' || error?.code === '55006'
      if (!busy || attempt >= 9) throw error
      await sleep(100)
    }
  }
}

/** What the application needs besides a database; fixed, since nothing in a test is secret. */
export const TEST_ENV = {
  NEXTAUTH_SECRET: 'signalbox-test-secret-signalbox-test-secret',
  NEXTAUTH_URL: 'http://127.0.0.1:3000',
  SIGNALBOX_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
  SIGNALBOX_LOG_LEVEL: process.env.SIGNALBOX_TEST_LOG ?? 'silent',
}

export function temporaryDataFolder(home = tmpdir()) {
  const folder = mkdtempSync(join(home, `${PREFIX}data-`))
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  writeFileSync(join(folder, 'run.json'), JSON.stringify({ by: identify(process.pid) }))
  return folder
}
