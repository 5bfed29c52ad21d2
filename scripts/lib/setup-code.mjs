// The code with which the first visit makes the first administrator: in the data folder, 0600, gone once it was used.
import { randomInt } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { writePrivate } from './places.mjs'

const LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789' // none that are read for another
const setupFile = (folder) => join(folder, 'setup-code')

export function newSetupCode(pick = randomInt) {
  const group = () => Array.from({ length: 4 }, () => LETTERS[pick(LETTERS.length)]).join('')
  return [group(), group(), group()].join('-')
}

/** The present code, made if there is none yet. */
export function ensureSetupCode(folder) {
  const file = setupFile(folder)
  if (!existsSync(file)) writePrivate(file, `${newSetupCode()}\n`)
  return readFileSync(file, 'utf8').trim()
}

export const dropSetupCode = (folder) => rmSync(setupFile(folder), { force: true })
