// Where things are: the project, and the data folder that holds everything a running installation must keep.
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectDir = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')

/** Values of `.env` and `.env.local` count like the environment, which wins over both. */
export function loadDotEnv() {
  for (const name of ['.env.local', '.env']) {
    const file = join(projectDir, name)
    if (existsSync(file)) process.loadEnvFile(file)
  }
}

export function dataFolder() {
  const chosen = process.env.SIGNALBOX_DATA_DIR || '.signalbox'
  return isAbsolute(chosen) ? chosen : resolve(projectDir, chosen)
}

export function makeDataFolder(folder = dataFolder()) {
  const fresh = !existsSync(folder)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (fresh) chmodSync(folder, 0o700)
  return folder
}

export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

/** Written beside and renamed, so that a reader or a kill never meets half a file. */
export function writePrivate(file, text) {
  const beside = `${file}.${process.pid}.tmp`
  writeFileSync(beside, text, { mode: 0o600 })
  chmodSync(beside, 0o600)
  renameSync(beside, file)
}

export const writePrivateJson = (file, value) => writePrivate(file, `${JSON.stringify(value, null, 2)}\n`)
