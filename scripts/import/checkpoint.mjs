import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/**
 * Where an import stands, in a file beside the input or in the state folder. Only a low-water mark is kept: every line
 * up to it is answered for. Lines beyond it may have been sent; sending them again counts nothing twice.
 */

const EMPTY = { line: 0, accepted: 0, duplicates: 0, rejected: 0 }

/** The files of one import: its checkpoint and its rejected lines. Standard input cannot be resumed. */
export function importFiles(path, stateFolder) {
  const name = path === '-' ? 'stdin' : basename(path)
  const folder = stateFolder ?? (path === '-' ? process.cwd() : dirname(resolve(path)))
  return {
    checkpoint: path === '-' ? null : join(folder, `${name}.checkpoint.json`),
    rejected: join(folder, `${name}.rejected.ndjson`),
  }
}

/** The checkpoint if it is of the same file and target, else one at the beginning. A torn file counts as none. */
export function loadCheckpoint(file, identity) {
  if (file === null || !existsSync(file)) return { ...EMPTY }
  try {
    const { identity: of, ...progress } = JSON.parse(readFileSync(file, 'utf8'))
    return of === identity && Number.isSafeInteger(progress.line) ? { ...EMPTY, ...progress } : { ...EMPTY }
  } catch {
    return { ...EMPTY }
  }
}

/** Replaces the checkpoint as a whole: a kill leaves the old one or the new one. */
export function saveCheckpoint(file, identity, progress) {
  if (file === null) return
  writeFileSync(`${file}.tmp`, JSON.stringify({ identity, ...progress }))
  renameSync(`${file}.tmp`, file)
}

export function removeCheckpoint(file) {
  if (file !== null) rmSync(file, { force: true })
}

/** Same beginning of the same file (a log may have grown), same server, same key (its public part). */
export function identityOf(path, { url, key }) {
  if (path === '-') return 'stdin'
  const size = Math.min(64 * 1024, statSync(path).size)
  const head = Buffer.alloc(size)
  const handle = openSync(path, 'r')
  try {
    readSync(handle, head, 0, size, 0)
  } finally {
    closeSync(handle)
  }
  const keyId = key.split('_')[1] ?? ''
  return createHash('sha256')
    .update(head)
    .update(`\0${resolve(path)}\0${new URL(url).origin}\0${keyId}`)
    .digest('hex')
}

/** Drops what a killed run wrote about lines beyond its checkpoint: they are sent again and would be named twice. */
export function trimRejected(file, line) {
  if (!existsSync(file)) return
  const kept =
    line === 0
      ? []
      : readFileSync(file, 'utf8')
          .split('\n')
          .filter((entry) => isUpTo(entry, line))
  if (kept.length === 0) rmSync(file)
  else writeFileSync(file, kept.join('\n') + '\n')
}

export function appendRejected(file, entries) {
  if (entries.length > 0) appendFileSync(file, entries.map((entry) => JSON.stringify(entry) + '\n').join(''))
}

function isUpTo(entry, line) {
  try {
    return JSON.parse(entry).line <= line
  } catch {
    return false
  }
}
