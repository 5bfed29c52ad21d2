// Where the embedded database lives: in the data folder, or, when we are root and the user "postgres" cannot get there,
// in a folder of its own that the data folder remembers.
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, realpathSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { say } from './log.mjs'
import { readJson, writePrivateJson } from './places.mjs'
import { canEnter } from './postgres-binaries.mjs'
import { runningPostmaster, stopPostmaster } from './postgres.mjs'

const noteFile = (folder) => join(folder, 'postgres.json')

export const postgresNote = (folder) => readJson(noteFile(folder)) ?? {}

export const rememberPostgres = (folder, more) =>
  writePrivateJson(noteFile(folder), { ...postgresNote(folder), ...more })

export const outsideHome = (folder) =>
  `/var/tmp/signalbox-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`

export async function choosePostgresHome(folder, user) {
  const known = postgresNote(folder).home
  if (known && existsSync(known)) return known
  const home = user ? await homeForRoot(realpathSync(folder), user) : folder
  rememberPostgres(folder, { home })
  return home
}

async function homeForRoot(folder, user) {
  // The group may pass through the data folder; every file in it stays closed to it (0600).
  chownSync(folder, 0, user.gid)
  chmodSync(folder, 0o710)
  if (canEnter(folder, user) && canEnter(dirname(folder), user)) return folder
  const home = outsideHome(folder)
  if (existsSync(home)) await setAside(home)
  mkdirSync(home, { recursive: true, mode: 0o711 })
  chmodSync(home, 0o711)
  return home
}

/** Left by an earlier data folder of the same path. Its passwords are gone, yet deleting data is not for us to do. */
async function setAside(home) {
  const running = runningPostmaster(join(home, 'postgres'))
  if (running) await stopPostmaster(running.pid)
  const aside = `${home}-old-${Date.now()}`
  renameSync(home, aside)
  say(`  · the database of a deleted data folder was moved to ${aside}; delete it when nobody needs it`)
}
