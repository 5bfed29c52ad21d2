// The built app as a child process.
import { spawn } from 'node:child_process'
import { distDir, nextCli, NEXT_ENV } from './build.mjs'
import { Problem } from './log.mjs'
import { isPortFree, nextFreePort } from './ports.mjs'
import { projectDir } from './places.mjs'
import { endWithParent, identify, launcherPid, stopProcess, waitUntil } from './processes.mjs'

const DEFAULT_PORT = 3000

/** PORT is obeyed or refused; without it 3000 or the next free one is taken. */
export async function choosePort(host, asked = process.env.PORT) {
  if (!asked) {
    const port = await nextFreePort(DEFAULT_PORT, host)
    if (port) return port
    throw new Problem(`no free port from ${DEFAULT_PORT} on at ${host}`, 'set PORT to a free one')
  }
  const port = Number(asked)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Problem(`PORT=${asked} is not a port`, 'set PORT to a number from 1 to 65535')
  if (await isPortFree(port, host)) return port
  throw new Problem(`port ${port} on ${host} is taken`, 'stop what listens there, or set PORT to another one')
}

/** An address a browser on this machine can open. */
export function publicUrl(host, port) {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

/**
 * Starts `next start` (or `next dev`). In a session of its own, so that Ctrl-C reaches the launcher only, which ends
 * the app before the database.
 */
export function spawnApp({ env, host, port, mode = 'start', dist = distDir(env), output = 'inherit' }) {
  const args = [...endWithParent, nextCli(), mode, '-H', host, '-p', String(port)]
  const stdio = ['ignore', output, output, 'ipc']
  const appEnv = { ...env, ...NEXT_ENV, ...launcherPid(), HOST: host, PORT: String(port), SIGNALBOX_DIST_DIR: dist }
  const child = spawn(process.execPath, args, { cwd: projectDir, env: appEnv, stdio, detached: true })
  child.channel?.unref()
  const who = identify(child.pid)
  const exited = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
  return {
    child,
    who,
    exited,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop: (graceMs = 10_000) => stopProcess(child.pid, { signal: 'SIGTERM', graceMs }),
  }
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

/** True when /api/health answered; false when the app ended or `timeoutMs` passed before. */
export async function waitForHealth(app, url, timeoutMs = 90_000) {
  let healthy = false
  await waitUntil(async () => !app.isAlive() || (healthy = await answers(`${url}/api/health`)), timeoutMs, 100)
  return healthy
}
