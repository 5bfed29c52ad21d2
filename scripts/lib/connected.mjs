// For scripts that run beside `npm start`: the addresses of its database, without starting anything.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { canConnect } from './postgres.mjs'
import { embeddedUrls, ownUrls } from './environment.mjs'
import { currentHolder } from './lock.mjs'
import { Problem } from './log.mjs'
import { postgresNote } from './postgres-home.mjs'
import { runningPostmaster } from './postgres.mjs'
import { readJson } from './places.mjs'
import { secretsFile } from './secrets.mjs'

/** `{ app, owner, embedded }`, or null when the embedded server does not run. */
export function databaseAddresses(folder) {
  if (process.env.DATABASE_URL) {
    const { app, owner } = ownUrls()
    return { app, owner, embedded: false }
  }
  const { home } = postgresNote(folder)
  const secrets = existsSync(secretsFile(folder)) ? readJson(secretsFile(folder)) : null
  const running = home && secrets ? runningPostmaster(join(home, 'postgres')) : null
  if (!running) return null
  const urls = embeddedUrls(secrets, running.port)
  return { app: urls.DATABASE_URL, owner: urls.DATABASE_OWNER_URL, embedded: true }
}

export function requireAddresses(folder) {
  const found = databaseAddresses(folder)
  if (found) return found
  throw new Problem(
    'the embedded PostgreSQL of this data folder does not run',
    'npm start (in another terminal), or set DATABASE_URL',
  )
}

export const reach = (url) => canConnect({ connectionString: url })

export { currentHolder }
