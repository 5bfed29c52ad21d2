// What `npm run doctor` looks at. Each check resolves to `{ ok }` with what is fine, or `{ fix, why }`; `advice` marks a
// fix that may be left out.
import { existsSync, readFileSync, statSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { choosePort, publicUrl } from './app-server.mjs'
import { isBuilt } from './build.mjs'
import { currentHolder, databaseAddresses } from './connected.mjs'
import { checkServer, ONE_ROLE_WARNING, withClient } from './database.mjs'
import { isNodeNewEnough, packagesToInstall } from './install.mjs'
import { Problem } from './log.mjs'
import { pending, readMigrations } from './migrate.mjs'
import { packagedPostgres, postgresUser, runnablePostgres } from './postgres-binaries.mjs'
import { postgresNote } from './postgres-home.mjs'
import { isClientCurrent } from './prisma-generate.mjs'

const NEEDED_FREE_BYTES = 1_000_000_000
const ok = (text) => ({ ok: text })
const fix = (command, why) => ({ fix: command, why })
const advice = (command, why) => ({ fix: command, why, advice: true })

const node = () =>
  isNodeNewEnough(process.versions.node)
    ? ok(`Node ${process.versions.node}`)
    : fix('install Node 20.19 or newer', `Node ${process.versions.node} is too old`)

function packages() {
  const missing = packagesToInstall()
  return missing.length
    ? fix('npm ci', `${missing.length} packages missing or old, such as ${missing[0]}`)
    : ok('packages as in package-lock.json')
}

/** 0700, or 0710 where root lets the group of PostgreSQL pass through. */
export const isPrivateFolder = (mode) => (mode & 0o067) === 0

export const isPrivateFile = (mode) => (mode & 0o077) === 0

function dataFolder({ folder }) {
  if (!existsSync(folder)) return ok(`data folder ${folder} will be made by npm start`)
  if (!isPrivateFolder(statSync(folder).mode)) return fix(`chmod 700 ${folder}`, 'others can look into the data folder')
  for (const name of ['secrets.json', 'setup-code', 'postgres.json']) {
    const file = join(folder, name)
    if (existsSync(file) && !isPrivateFile(statSync(file).mode)) return fix(`chmod 600 ${file}`, 'others can read it')
  }
  return ok(`data folder ${folder} is private`)
}

function disk({ folder }) {
  const home = postgresNote(folder).home ?? folder
  const place = [home, folder, process.cwd()].find((each) => existsSync(each))
  const { bavail, bsize } = statfsSync(place)
  const gigabytes = ((bavail * bsize) / 1e9).toFixed(1)
  return bavail * bsize < NEEDED_FREE_BYTES
    ? fix(`free some space on the disk of ${place}`, `${gigabytes} GB left`)
    : ok(`disk: ${gigabytes} GB free`)
}

async function serving({ folder }) {
  const holder = currentHolder(folder)
  if (!holder) {
    const host = process.env.HOST || '127.0.0.1'
    return ok(`not running; npm start would serve ${publicUrl(host, await choosePort(host))}`)
  }
  try {
    const response = await fetch(`${holder.url}/api/health`, { signal: AbortSignal.timeout(5_000) })
    if (response.ok) return ok(`running at ${holder.url} (process ${holder.launcher.pid})`)
    return fix('read the output of npm start', `${holder.url}/api/health answers ${response.status}`)
  } catch {
    return fix(`kill ${holder.launcher.pid}; npm start`, `${holder.url} does not answer`)
  }
}

function programs() {
  if (process.env.DATABASE_URL) return ok('PostgreSQL is your own (DATABASE_URL)')
  const user = postgresUser()
  if (!user) return ok(`embedded PostgreSQL in ${runnablePostgres(null, '')}`)
  packagedPostgres()
  return ok(`embedded PostgreSQL runs as the user with number ${user.uid}, since this is root`)
}

async function database(state) {
  const found = databaseAddresses(state.folder)
  if (!found) return fix('npm start', 'the embedded PostgreSQL does not run; nothing below can be checked without it')
  const { major } = await checkServer(found.app, found.embedded ? 'the embedded database' : 'DATABASE_URL')
  if (found.owner !== found.app) await checkServer(found.owner, 'DATABASE_OWNER_URL')
  state.addresses = found
  return ok(`PostgreSQL ${major} answers`)
}

async function roles({ addresses }) {
  if (!addresses) return null
  const who = (url) =>
    withClient(url, async (client) => (await client.query('SELECT current_user AS name')).rows[0].name)
  const [app, owner] = [await who(addresses.app), await who(addresses.owner)]
  return app === owner ? advice('npm run db:roles', ONE_ROLE_WARNING) : ok(`two roles: ${app} and ${owner}`)
}

/** A pooler gives its clients process numbers of its own. */
async function pooler({ addresses }) {
  if (!addresses) return null
  const behindPooler = await withClient(addresses.app, async (client) => {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
    return rows[0].pid !== client.processID
  })
  if (!behindPooler || process.env.DATABASE_DIRECT_URL) return ok('live updates: LISTEN')
  return advice(
    'set DATABASE_DIRECT_URL to the server itself',
    'DATABASE_URL is a pooler: live updates poll once a second',
  )
}

async function migrations({ addresses }) {
  if (!addresses) return null
  const missing = await withClient(addresses.owner, (client) => pending(client))
  return missing.length
    ? fix('npm start', `migrations to apply: ${missing.join(', ')}`)
    : ok(`migrations: all ${readMigrations().length} applied`)
}

const client = () =>
  isClientCurrent()
    ? ok('database client generated')
    : fix('npm run check', 'prisma/schema.prisma changed; npm start generates it too')

const build = () =>
  isBuilt() ? ok('build is current') : advice('npm start', 'sources changed since the last build; npm start builds')

function setupCode({ folder }) {
  const file = join(folder, 'setup-code')
  return existsSync(file) && readFileSync(file, 'utf8').trim()
    ? ok(`first visit pending: the setup code is in ${file}`)
    : null
}

const CHECKS = [
  node,
  packages,
  dataFolder,
  disk,
  programs,
  serving,
  database,
  roles,
  pooler,
  migrations,
  client,
  build,
  setupCode,
]

/** Runs all checks; `report` gets each result. Returns how many need a fix. */
export async function runChecks(folder, report) {
  const state = { folder }
  let needed = 0
  for (const check of CHECKS) {
    const result = await Promise.resolve()
      .then(() => check(state))
      .catch((error) => fix(error instanceof Problem ? error.fix : 'see the message', error?.message || String(error)))
    if (!result) continue
    if (result.fix && !result.advice) needed++
    report(result)
  }
  return needed
}
