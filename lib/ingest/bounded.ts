import 'server-only'
import { createHash, createHmac } from 'node:crypto'
import type { IngestSettings } from '@/lib/auth/caller'
import { DAY_US, type Micros } from '@/lib/core/micros'
import { MAX_NAME_CHARS } from '@/lib/ingest/schema'
import { saltedHash } from '@/lib/redaction/hash'
import { compileRedactor, redactedText, type Redactor } from '@/lib/redaction/rules'
import { RedactionConfig } from '@/lib/redaction/schema'

/** What every road shares on its way into the ledger: redaction, bounds of text and time (wire.md 1.6), hashes. */

/** What normalising needs to know of the sender. */
export type Sender = {
  agentName: string | null
  environment: string
  team: IngestSettings
  nowUs: Micros
}

/** Compiled once per stored configuration: the object is the same as long as the key's cache entry lives. */
const redactors = new WeakMap<object, Redactor>()
export const redactorOf = (team: IngestSettings): Redactor | undefined => {
  if (typeof team.redaction !== 'object' || team.redaction === null) return undefined
  const known = redactors.get(team.redaction)
  if (known) return known
  const config = RedactionConfig.parse(team.redaction)
  if (config.detectors.length + config.patterns.length + config.jsonPaths.length === 0) return undefined
  const made = compileRedactor(config, saltedHash(team.redactionSalt))
  redactors.set(team.redaction, made)
  return made
}

export const storedText = (value: string | null | undefined, redact: Redactor | undefined): string | null =>
  value == null || value === '' ? null : redact ? redactedText(redact, value).value : value

const EARLIEST_US = Date.UTC(2015, 0, 1) * 1000
export const isStorableTime = (us: Micros, nowUs: Micros): boolean => us >= EARLIEST_US && us <= nowUs + DAY_US
export const OUTSIDE_TIMES = 'lies outside 2015-01-01 .. now + 1 day; send times in UTC'

/** How a team that hides its users knows them: the same for equal ids, of no use to anybody without its salt. */
export const userHash = (userId: string, team: IngestSettings): string =>
  `usr-${createHmac('sha256', team.redactionSalt).update(userId, 'utf8').digest('hex').slice(0, 32)}`

/** Names as one id: for what is identified by several names that together are too long for an index entry. */
export const hashOf = (names: readonly (string | null)[]): string =>
  createHash('sha256').update(JSON.stringify(names)).digest('hex')

const HASH_CHARS = 16
/** A name of at most 256 characters: a longer one is cut and keeps a hash of the whole, so that two stay two. */
export const boundName = (name: string): string => {
  if (name.length <= MAX_NAME_CHARS) return name
  const hash = createHash('sha256').update(name, 'utf8').digest('hex').slice(0, HASH_CHARS)
  return `${name.slice(0, MAX_NAME_CHARS - HASH_CHARS - 1).toWellFormed()}~${hash}`
}
