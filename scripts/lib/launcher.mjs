// Brings everything up in order, watches it, and takes it down in the reverse order.
import { choosePort, publicUrl, spawnApp, waitForHealth } from './app-server.mjs'
import { ensureBuilt } from './build.mjs'
import { appEnvironment, hasNoPerson, migrateDatabase, openDatabase, startEmbedded } from './environment.mjs'
import { takeLock } from './lock.mjs'
import { explain, Problem, say, step } from './log.mjs'
import { dataFolder, loadDotEnv, makeDataFolder } from './places.mjs'
import { ensurePrismaClient } from './prisma-generate.mjs'
import { endRunningCommands, isSameProcess, sleep, stopProcess } from './processes.mjs'
import { ensureSecrets } from './secrets.mjs'
import { dropSetupCode, ensureSetupCode } from './setup-code.mjs'
import { restartBudget } from './supervise.mjs'

const WATCH_MS = 250

export async function launchSignalbox({ mode }) {
  loadDotEnv()
  const began = performance.now()
  const folder = makeDataFolder(dataFolder())
  const lock = await takeLock(folder, mode)
  const state = { folder, lock, mode, server: null, app: null, stopping: null }
  const stop = (code, error) => (state.stopping ??= shutDown(state, code, error))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0))
  try {
    await endLeftApp(lock.left)
    state.rising = bringUp(state, began)
    await state.rising
    await watch(state)
  } catch (error) {
    if (!state.stopping) await stop(1, error)
  }
  await state.stopping
}

/** A launcher that was killed takes its app along (with-parent.mjs); one that still hangs on to its port is ended here. */
async function endLeftApp(left) {
  if (isSameProcess(left?.app))
    await step('ending the app of a killed start', () => stopProcess(left.app.pid, { graceMs: 3_000 }))
}

async function bringUp(state, began) {
  const { folder, lock, mode } = state
  const secrets = ensureSecrets(folder)
  state.secrets = secrets
  const host = process.env.HOST || '127.0.0.1'
  const port = await choosePort(host)
  const url = publicUrl(host, port)
  lock.note({ url })

  const { server, urls } = await openDatabase(folder, secrets)
  state.server = server
  if (server) lock.note({ postgres: { pid: server.pid, port: server.port } })
  goOn(state)
  await migrateDatabase(urls)
  goOn(state)
  await ensurePrismaClient()
  goOn(state)

  const nodeEnv = mode === 'dev' ? 'development' : 'production'
  state.start = { env: appEnvironment({ folder, secrets, urls, url, nodeEnv }), host, port, mode, url }
  if (mode === 'start') await ensureBuilt(state.start.env)
  goOn(state)
  const code = (await hasNoPerson(urls.DATABASE_OWNER_URL ?? urls.DATABASE_URL))
    ? ensureSetupCode(folder)
    : dropSetupCode(folder)
  goOn(state)
  await step(`serving on ${url}`, () => startApp(state))
  goOn(state)
  say(`\nSignalbox is ready at ${url}  (${((performance.now() - began) / 1000).toFixed(1)} s)`)
  if (code) say(`First visit: open ${url}/setup and enter the setup code ${code}`)
  say('Ctrl-C stops it.\n')
}

/** Between two steps: when a signal came, no further one begins. */
function goOn(state) {
  if (state.stopping) throw new Problem('interrupted', 'run npm start again')
}

async function startApp(state) {
  const app = spawnApp(state.start)
  state.app = app
  state.lock.note({ app: app.who })
  if (await waitForHealth(app, state.start.url)) return
  if (state.stopping) return
  const why = app.isAlive() ? 'the app does not answer /api/health' : `the app ended (${await app.exited})`
  await app.stop(2_000)
  throw new Problem(why, 'read its output above; npm run doctor checks what it needs')
}

async function watch(state) {
  const budgets = { postgres: restartBudget(), app: restartBudget() }
  while (!state.stopping) {
    await sleep(WATCH_MS)
    if (state.stopping) return
    if (state.server && !state.server.isAlive()) await restart(state, budgets.postgres, 'PostgreSQL', restartPostgres)
    else if (!state.app.isAlive()) await restart(state, budgets.app, 'the app', startApp)
  }
}

async function restart(state, budget, name, start) {
  const pause = budget.nextPause()
  if (pause === null)
    throw new Problem(`${name} keeps ending`, 'read the output above; npm run doctor checks what it needs')
  say(`  · ${name} ended; starting it again`)
  await sleep(pause)
  if (state.stopping) return
  try {
    await step(`${name} again`, () => start(state))
  } catch (error) {
    if (!state.stopping) console.error(explain(error)) // tried again by the watch until the budget is spent
  }
}

/** On the same port, since the app keeps its addresses. */
async function restartPostgres(state) {
  const before = state.server.port
  state.server = await startEmbedded(state.folder, state.secrets)
  state.lock.note({ postgres: { pid: state.server.pid, port: state.server.port } })
  if (state.server.port === before || !state.app) return
  const { embeddedUrls } = await import('./environment.mjs')
  Object.assign(state.start.env, embeddedUrls(state.secrets, state.server.port))
  await state.app.stop(3_000) // the watch starts it with the new address
}

async function shutDown(state, code, error) {
  if (!error) say('\nstopping …')
  endRunningCommands()
  if (state.app) await state.app.stop()
  await Promise.race([state.rising?.catch(() => {}), sleep(30_000)]) // a half-started PostgreSQL is stopped too
  await state.server?.stop()
  state.lock.release()
  if (error) console.error(explain(error))
  else say('stopped')
  process.exit(code)
}
