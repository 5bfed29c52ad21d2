// One PostgreSQL server of our own: made, started, adopted after a kill, stopped.
import { randomBytes } from 'node:crypto'
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  chownSync,
  truncateSync,
} from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { Problem } from './log.mjs'
import { canEnter, runnablePostgres } from './postgres-binaries.mjs'
import { anyFreePort, isPortFree } from './ports.mjs'
import { commandLineOf, identify, isAlive, isSameProcess, run, sleep, stopProcess, waitUntil } from './processes.mjs'

export const HOST = '127.0.0.1'
const ADMIN = 'postgres'
const LOG_LIMIT = 20_000_000

/** Settings for real use, and those that differ in a test run, whose data nobody misses after a power cut. */
export function serverSettings({ port, forTests = false, memory = totalmem() }) {
  const sharedMb = memory >= 4e9 ? 256 : 128
  return {
    port,
    listen_addresses: HOST,
    unix_socket_directories: '',
    max_connections: forTests ? 200 : 60,
    shared_buffers: `${sharedMb}MB`,
    max_wal_size: '2GB',
    wal_compression: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_min_messages: 'warning',
    logging_collector: 'off',
    jit: 'off',
    fsync: forTests ? 'off' : 'on',
    ...(forTests ? { full_page_writes: 'off' } : {}),
  }
}

/** The lines of postmaster.pid that we use. */
export function parsePostmasterPid(text) {
  const lines = text.split('\n')
  const pid = Number(lines[0])
  return Number.isInteger(pid) && pid > 0 ? { pid, folder: lines[1] ?? '', port: Number(lines[3]) || 0 } : null
}

function postmasterOf(folder) {
  try {
    return parsePostmasterPid(readFileSync(join(folder, 'postmaster.pid'), 'utf8'))
  } catch {
    return null
  }
}

const looksLikePostgres = (pid) => /postgres/.test(commandLineOf(pid))

/** The postmaster that runs on this data directory now, if any. */
export function runningPostmaster(folder) {
  const known = postmasterOf(folder)
  return known && isAlive(known.pid) && looksLikePostgres(known.pid) ? known : null
}

const own = (path, user) => user && chownSync(path, user.uid, user.gid)

async function initialise({ native, user, folder, home, password, forTests }) {
  const fresh = `${folder}.new`
  rmSync(fresh, { recursive: true, force: true }) // an earlier initdb that was killed
  mkdirSync(fresh, { recursive: true, mode: 0o700 })
  own(fresh, user)
  const passwordFile = join(home, `initial-${randomBytes(6).toString('hex')}`)
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  own(passwordFile, user)
  const flags = [
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--auth=scram-sha-256',
  ]
  const speed = forTests ? ['--no-sync'] : []
  const args = [`--pgdata=${fresh}`, `--username=${ADMIN}`, `--pwfile=${passwordFile}`, ...flags, ...speed]
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  const result = await run(join(native, 'bin', 'initdb'), args, { cwd: '/', env, ...user })
  rmSync(passwordFile, { force: true })
  if (result.code !== 0) {
    throw new Problem(
      'PostgreSQL could not make its data directory',
      `check free space and rights in ${home}`,
      result.output,
    )
  }
  renameSync(fresh, folder)
}

function lastLines(file, count = 12) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n')
  } catch {
    return ''
  }
}

/** A pid file whose process is gone, or is by now something else than PostgreSQL. */
function forgetDeadPostmaster(folder) {
  const known = postmasterOf(folder)
  if (known && !(isAlive(known.pid) && looksLikePostgres(known.pid)))
    rmSync(join(folder, 'postmaster.pid'), { force: true })
}

function trim(file) {
  if (existsSync(file) && statSync(file).size > LOG_LIMIT) truncateSync(file, 0)
}

/** Starts the server in a session of its own: Ctrl-C is the launcher's, which stops the app first. */
function launch({ native, user, folder, logFile, port, forTests }) {
  trim(logFile)
  const log = openSync(logFile, 'a', 0o600)
  const settings = Object.entries(serverSettings({ port, forTests })).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  const args = ['-D', folder, ...settings]
  const child = spawn(join(native, 'bin', 'postgres'), args, {
    cwd: '/',
    env,
    stdio: ['ignore', log, log],
    detached: true,
    ...user,
  })
  closeSync(log)
  child.on('error', () => {})
  child.unref()
  return child
}

export async function canConnect(config) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ ...config, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT 1')
    return { ok: true }
  } catch (error) {
    return { ok: false, code: error?.code, message: error?.message ?? '' }
  } finally {
    await client.end().catch(() => {})
  }
}

/**
 * A server on `home`/postgres, started or adopted. `user` is the OS user it must run as (null: ours).
 * Right after a kill -9 the first start may fail, because the dead server's children still hold its memory: it is
 * tried again for 10 s.
 */
export async function startPostgres({ home, user, password, port: wantedPort, forTests = false }) {
  mkdirSync(home, { recursive: true })
  const folder = join(home, 'postgres')
  const logFile = join(home, 'postgres.log')
  const native = runnablePostgres(user, home)
  const made = !existsSync(join(folder, 'PG_VERSION'))
  if (made) await initialise({ native, user, folder, home, password, forTests })
  if (user && !canEnter(folder, user))
    throw new Problem(`the user "postgres" cannot enter ${folder}`, 'start as a user other than root')
  const login = (port) => ({ host: HOST, port, user: ADMIN, password, database: 'postgres' })

  const server = (pid, port, adopted) => {
    const who = identify(pid)
    return {
      port,
      adopted,
      made,
      pid,
      folder,
      logFile,
      admin: login(port),
      isAlive: () => isSameProcess(who),
      stop: () => stopPostmaster(pid),
    }
  }

  const running = runningPostmaster(folder)
  if (running) {
    await waitUntil(async () => !isAlive(running.pid) || (await canConnect(login(running.port))).ok, 30_000, 200)
    const answer = await canConnect(login(running.port))
    if (answer.ok) return server(running.pid, running.port, true)
    if (answer.code === '28P01') throw wrongPassword(home)
    await stopPostmaster(running.pid) // alive, ours by its data directory, but it does not answer
  }

  forgetDeadPostmaster(folder)
  const giveUp = performance.now() + 10_000
  for (let port = await choosePort(wantedPort); ; port = await choosePort(port)) {
    const child = launch({ native, user, folder, logFile, port, forTests })
    let answer = { ok: false }
    const settled = async () =>
      child.exitCode !== null ||
      child.signalCode !== null ||
      child.pid === undefined ||
      (answer = await canConnect(login(port))).ok ||
      answer.code === '28P01'
    await waitUntil(settled, 60_000, 60)
    if (answer.ok) return server(child.pid, port, false)
    if (answer.code === '28P01') {
      await stopPostmaster(child.pid)
      throw wrongPassword(home)
    }
    if (child.exitCode === null && child.pid !== undefined) await stopPostmaster(child.pid)
    if (performance.now() > giveUp) {
      throw new Problem('PostgreSQL does not start', `read ${logFile}; its last lines are above`, lastLines(logFile))
    }
    await sleep(300)
  }
}

const wrongPassword = (home) =>
  new Problem(
    `the database in ${home} does not know the password in secrets.json`,
    'put back the secrets.json that was made with it',
  )

const choosePort = async (wanted) => (wanted && (await isPortFree(wanted, HOST)) ? wanted : anyFreePort(HOST))

/** SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, everything committed is on disk. */
export const stopPostmaster = (pid) => stopProcess(pid, { signal: 'SIGINT', graceMs: 20_000 })
