/**
 * Proves entries from what is stored: columns = body = hash, and the commitment to encrypted personal fields. Pure, so
 * that a verifier outside the application can run it over an export. Source: design control.md section 3.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** An entry as its columns say. */
export type StoredEntry = {
  teamId: string
  id: string
  occurredAt: Date
  kind: string
  actorType: string
  actorId: string
  subject: string
  interactionId: string | null
  actionHash: string | null
  writerId: string
  writerSeq: number
  bodySha256: Uint8Array
}

export type StoredPersonal = { salt: Uint8Array | null; ciphertext: Uint8Array | null }

export type Verdict = {
  entryId: string
  /** What does not fit, one sentence each; empty = unaltered as far as what is stored can tell. */
  mismatches: string[]
  /** Retention took the text: the hash stands alone. */
  isBodyGone: boolean
  personal: 'none' | 'stored' | 'erased'
}

/** `body` is null when its month was dropped, `personal` undefined when the entry has no such row. */
export const verifyEntry = (entry: StoredEntry, body: string | null, personal: StoredPersonal | undefined): Verdict => {
  const verdict: Verdict = { entryId: entry.id, mismatches: [], isBodyGone: body === null, personal: 'none' }
  if (body === null) return verdict
  if (!isEqual(createHash('sha256').update(body, 'utf8').digest(), entry.bodySha256)) {
    verdict.mismatches.push('The text does not have the hash that the entry holds.')
  }
  const said = parseBody(body)
  if (!said) {
    verdict.mismatches.push('The text is not JSON.')
    return verdict
  }
  for (const [field, stored] of Object.entries(columnsOf(entry))) {
    if (said[field] !== stored) verdict.mismatches.push(`The column ${field} is not what the text says.`)
  }
  const commit = said.personalCommit
  verdict.personal = personalState(typeof commit === 'string' ? commit : null, personal, verdict.mismatches)
  return verdict
}

const columnsOf = (entry: StoredEntry) => ({
  v: 1,
  id: entry.id,
  teamId: entry.teamId,
  occurredAt: entry.occurredAt.toISOString(),
  kind: entry.kind,
  actorType: entry.actorType,
  actorId: entry.actorId,
  subject: entry.subject,
  interactionId: entry.interactionId,
  actionHash: entry.actionHash,
  writerId: entry.writerId,
  writerSeq: entry.writerSeq,
})

const personalState = (
  commit: string | null,
  personal: StoredPersonal | undefined,
  mismatches: string[],
): Verdict['personal'] => {
  if (commit === null) {
    if (personal) mismatches.push('Personal fields are stored that the text does not commit to.')
    return personal ? 'stored' : 'none'
  }
  if (!personal) {
    mismatches.push('The personal fields that the text commits to are missing.')
    return 'none'
  }
  if (!personal.salt || !personal.ciphertext) return 'erased'
  const actual = createHmac('sha256', personal.salt).update(personal.ciphertext).digest()
  if (!isEqual(actual, Buffer.from(commit, 'hex')))
    mismatches.push('The personal fields are not those the text commits to.')
  return 'stored'
}

const isEqual = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b)

const parseBody = (body: string): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(body)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
