// From nothing to a migrated database and the environment the app runs with.
import {
  ensureOwnDatabase,
  applyGrants,
  APP_ROLE,
  checkServer,
  OWNER_ROLE,
  roleIn,
  urlOf,
  withClient,
} from './database.mjs'
import { step } from './log.mjs'
import { applyMigrations } from './migrate.mjs'
import { postgresUser } from './postgres-binaries.mjs'
import { choosePostgresHome, postgresNote, rememberPostgres } from './postgres-home.mjs'
import { HOST, startPostgres } from './postgres.mjs'
import { appSecrets } from './secrets.mjs'

export const DATABASE = 'signalbox'

export const embeddedUrls = (secrets, port) => ({
  DATABASE_URL: urlOf({ host: HOST, port, user: APP_ROLE, password: secrets.databaseAppPassword, database: DATABASE }),
  DATABASE_OWNER_URL: urlOf({
    host: HOST,
    port,
    user: OWNER_ROLE,
    password: secrets.databaseOwnerPassword,
    database: DATABASE,
  }),
})

/** Starts or adopts the embedded server of this data folder and makes sure of its roles and database. */
export async function startEmbedded(folder, secrets) {
  const user = postgresUser()
  const home = await choosePostgresHome(folder, user)
  const { port } = postgresNote(folder)
  const server = await startPostgres({ home, user, port, password: secrets.databaseAdminPassword })
  rememberPostgres(folder, { port: server.port })
  await ensureOwnDatabase(server.admin, {
    database: DATABASE,
    ownerPassword: secrets.databaseOwnerPassword,
    appPassword: secrets.databaseAppPassword,
  })
  return server
}

const aboutServer = (server) =>
  `${server.adopted ? 'adopted, it was still running' : server.made ? 'made and started' : 'started'} on ${HOST}:${server.port}`

/** Which addresses migrations use, when the database is the user's own. */
export function ownUrls(env = process.env) {
  const owner = env.DATABASE_OWNER_URL || env.DATABASE_DIRECT_URL || env.DATABASE_URL
  return {
    app: env.DATABASE_URL,
    owner,
    ownerVariable: env.DATABASE_OWNER_URL
      ? 'DATABASE_OWNER_URL'
      : env.DATABASE_DIRECT_URL
        ? 'DATABASE_DIRECT_URL'
        : 'DATABASE_URL',
  }
}

/** `{ server, urls }`: the embedded server (null for a foreign one) and the variables that name the database. */
export async function openDatabase(folder, secrets) {
  if (!process.env.DATABASE_URL) {
    const server = await step('PostgreSQL', () => startEmbedded(folder, secrets), aboutServer)
    return { server, urls: embeddedUrls(secrets, server.port) }
  }
  const own = ownUrls()
  await step(
    'your PostgreSQL',
    () => checkServer(own.app, 'DATABASE_URL'),
    ({ major }) => `version ${major}`,
  )
  if (own.owner !== own.app) await checkServer(own.owner, own.ownerVariable)
  return {
    server: null,
    urls: {
      DATABASE_URL: own.app,
      ...(own.owner === own.app ? {} : { DATABASE_OWNER_URL: process.env.DATABASE_OWNER_URL }),
    },
  }
}

export async function migrateDatabase(urls) {
  const owner = urls.DATABASE_OWNER_URL || process.env.DATABASE_DIRECT_URL || urls.DATABASE_URL
  await step(
    'migrations',
    () => applyMigrations(owner),
    (names) => (names.length ? `${names.length} applied` : 'none to apply'),
  )
  const roles = { appRole: roleIn(urls.DATABASE_URL), ownerRole: roleIn(owner) }
  if (roles.appRole !== roles.ownerRole) await applyGrants(owner, roles)
}

export function appEnvironment({ folder, secrets, urls, url, nodeEnv }) {
  const given = Object.fromEntries(Object.entries(urls).filter(([, value]) => value))
  return {
    ...process.env,
    ...appSecrets(secrets),
    ...given,
    NEXTAUTH_URL: process.env.NEXTAUTH_URL || url,
    SIGNALBOX_DATA_DIR: folder,
    NODE_ENV: nodeEnv,
  }
}

/** True while nobody can sign in yet. */
export const hasNoPerson = (ownerUrl) =>
  withClient(ownerUrl, async (client) => {
    const { rows } = await client.query(`SELECT to_regclass('person') AS name`)
    return !rows[0].name || !(await client.query('SELECT 1 FROM person LIMIT 1')).rowCount
  })
