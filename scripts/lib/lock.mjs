// One launcher per data folder. The lock names its process, so a kill -9 leaves a lock that the next start recognises as dead.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './log.mjs'
import { readJson, writePrivateJson } from './places.mjs'
import { identify, isSameProcess, sleep } from './processes.mjs'

const lockFile = (folder) => join(folder, 'running.json')

/** Who runs this installation now, or null. */
export function currentHolder(folder) {
  const holder = readJson(lockFile(folder))
  return isSameProcess(holder?.launcher) ? holder : null
}

/** What an earlier launcher left written when it was killed: its app may still be alive. */
export const lastHolder = (folder) => readJson(lockFile(folder))

export async function takeLock(folder, command) {
  const file = lockFile(folder)
  const mine = { command, launcher: identify(process.pid) }
  for (let attempt = 0; attempt < 5; attempt++) {
    const holder = currentHolder(folder)
    if (holder) throw alreadyRunning(holder)
    const left = lastHolder(folder)
    if (left || attempt) rmSync(file, { force: true })
    if (!createExclusively(file, JSON.stringify(mine))) continue
    await sleep(30) // two takers of a dead lock: the later one has replaced the file by now
    if (readFileSync(file, 'utf8') === JSON.stringify(mine)) return makeLock(file, mine, left)
  }
  throw new Problem('another start is taking this data folder at the same moment', 'wait for it, then run this again')
}

function createExclusively(file, text) {
  try {
    const handle = openSync(file, 'wx', 0o600)
    writeSync(handle, text)
    closeSync(handle)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    return false
  }
}

function makeLock(file, mine, left) {
  let state = mine
  return {
    left,
    /** Written at once: what is known about our children must survive a kill -9. */
    note(more) {
      state = { ...state, ...more }
      writePrivateJson(file, state)
    },
    release() {
      try {
        if (readJson(file)?.launcher?.pid === process.pid) rmSync(file, { force: true })
      } catch {
        // a lock of a dead process is harmless
      }
    },
  }
}

function alreadyRunning({ command, url, launcher }) {
  const where = url ? ` at ${url}` : ''
  return new Problem(
    `Signalbox is already running from this data folder${where} (npm run ${command}, process ${launcher.pid})`,
    `use that one, or stop it first with Ctrl-C or: kill ${launcher.pid}`,
  )
}
