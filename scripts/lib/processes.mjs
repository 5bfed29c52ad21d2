// Starting, recognising and ending processes of our own.
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export { sleep }

export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
  return !isZombie(pid)
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ') // the name before it may hold anything
  } catch {
    return null
  }
}

const isZombie = (pid) => statOf(pid)?.[0] === 'Z'

/** Tells a process from a later one with the same number: its start time. `null` where that cannot be read. */
export function birthOf(pid) {
  if (process.platform === 'linux') return statOf(pid)?.[19] ?? null
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return ps.status === 0 ? ps.stdout.trim() || null : null
}

export const identify = (pid) => ({ pid, birth: birthOf(pid) })

export const isSameProcess = (who) =>
  Boolean(who) && isAlive(who.pid) && (who.birth === null || birthOf(who.pid) === who.birth)

export function commandLineOf(pid) {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    } catch {
      return ''
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
}

export async function waitUntil(condition, timeoutMs, everyMs = 50) {
  const end = performance.now() + timeoutMs
  for (;;) {
    if (await condition()) return true
    if (performance.now() > end) return false
    await sleep(everyMs)
  }
}

function signalQuietly(pid, signal) {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/** Sends `signal`, waits, and after `graceMs` sends SIGKILL. Resolves when the process is gone. */
export async function stopProcess(pid, { signal = 'SIGTERM', graceMs = 10_000 } = {}) {
  if (!isAlive(pid)) return
  signalQuietly(pid, signal)
  if (await waitUntil(() => !isAlive(pid), graceMs)) return
  signalQuietly(pid, 'SIGKILL')
  await waitUntil(() => !isAlive(pid), 5_000)
}

/** Node options and environment of a child that must not outlive us; it needs an `ipc` channel too. */
export const endWithParent = ['--import', new URL('./with-parent.mjs', import.meta.url).href]
export const launcherPid = () => ({ SIGNALBOX_LAUNCHER_PID: String(process.pid) })

const running = new Set()

/** Ends what `run` has started and not finished, for scripts that are interrupted. */
export function endRunningCommands() {
  for (const child of running) signalQuietly(-child.pid, 'SIGTERM')
}

/**
 * Runs a command to its end. Output is collected, or shown as it comes with `show`. Never throws for an exit code.
 * The child gets a group of its own, so that ending it ends what it started too; a Node child also ends with us.
 */
export function run(command, args, { cwd, env = process.env, show = false, timeoutMs = 0, uid, gid } = {}) {
  return new Promise((resolve) => {
    const output = show ? 'inherit' : 'pipe'
    const isNode = command === process.execPath
    const stdio = ['ignore', output, output, ...(isNode ? ['ipc'] : [])]
    const who = uid === undefined ? {} : { uid, gid }
    const child = spawn(command, isNode ? [...endWithParent, ...args] : args, {
      cwd,
      env: { ...env, ...launcherPid() },
      stdio,
      detached: true,
      ...who,
    })
    child.channel?.unref()
    let text = ''
    let timedOut = false
    const collect = (chunk) => (text += chunk)
    child.stdout?.setEncoding('utf8').on('data', collect)
    child.stderr?.setEncoding('utf8').on('data', collect)
    running.add(child)
    const timer = timeoutMs
      ? setTimeout(() => {
          timedOut = true
          signalQuietly(-child.pid, 'SIGKILL')
        }, timeoutMs)
      : null
    const finish = (code, output) => {
      if (timer) clearTimeout(timer)
      running.delete(child)
      resolve({ code, output, timedOut })
    }
    child.on('error', (error) => finish(127, `${command}: ${error.message}\n`))
    child.on('close', (code, signal) => finish(code ?? (signal ? 128 : 1), text))
  })
}
