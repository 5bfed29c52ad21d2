import 'server-only'
import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { Ctx } from '@/lib/core/context'
import { pool, type Tx } from '@/lib/core/db'
import { newId, randomText } from '@/lib/core/ids'
import { jcs, type JsonObject } from '@/lib/core/json'
import { masterKey, open, seal } from '@/lib/core/secret-box'

/**
 * What a command says about its write. `before`, `after` and `subject` hold ids and non-personal fields only
 * (lib/core/personal.ts); names and e-mails go to `personal`, of one subject for each note.
 */
export type AuditNote = {
  /** `<thing>.<verb>`: `agent.create`. */
  kind: string
  /** Id of the thing written. */
  subject: string
  before?: JsonObject | null
  after?: JsonObject | null
  interactionId?: string
  actionHash?: string
  personal?: { subjectId: string; fields: JsonObject }
}

/**
 * Appends one entry for each note, in the transaction of the write: entry, canonical body, a place in the sequencer's
 * queue, and the encrypted personal fields. Throws when any of it cannot be stored, which rolls the write back.
 */
export const appendAudit = async (tx: Tx, ctx: Ctx, notes: readonly AuditNote[]): Promise<void> => {
  await ensurePartition(ctx.now)
  for (const note of notes) await appendOne(tx, ctx, note)
}

/** The members of the canonical text; every column is repeated in it, so that a changed column is found. */
export type AuditBody = {
  v: 1
  id: string
  teamId: string
  occurredAt: string
  kind: string
  actorType: string
  actorId: string
  subject: string
  interactionId: string | null
  actionHash: string | null
  writerId: string
  writerSeq: number
  payload: JsonObject
  /** HMAC-SHA256(salt, ciphertext) in hex of the personal fields; null when there are none. */
  personalCommit: string | null
}

export const bodySha256 = (bodyCanonical: string): Buffer => createHash('sha256').update(bodyCanonical, 'utf8').digest()

export const personalCommit = (salt: Uint8Array, ciphertext: Uint8Array): string =>
  createHmac('sha256', salt).update(ciphertext).digest('hex')

/** Names this process in its entries; the sequence in memory shows gaps without a hot row in the database. */
const writer = { id: `wrt_${randomText(16, '0123456789abcdefghjkmnpqrstvwxyz')}`, seq: 0 }

const appendOne = async (tx: Tx, ctx: Ctx, note: AuditNote): Promise<void> => {
  const id = newId('aud', ctx.now)
  const personal = note.personal && (await sealPersonal(tx, ctx.teamId, id, note.personal))
  const body: AuditBody = {
    v: 1,
    id,
    teamId: ctx.teamId,
    occurredAt: ctx.now.toISOString(),
    kind: note.kind,
    actorType: ctx.actor.type,
    actorId: ctx.actor.id,
    subject: note.subject,
    interactionId: note.interactionId ?? null,
    actionHash: note.actionHash ?? null,
    writerId: writer.id,
    writerSeq: writer.seq++,
    payload: { before: note.before ?? null, after: note.after ?? null },
    personalCommit: personal ? personalCommit(personal.salt, personal.ciphertext) : null,
  }
  const text = jcs(body)
  await tx.$executeRaw`
    WITH entry AS (
      INSERT INTO audit_entry (team_id, id, occurred_at, kind, actor_type, actor_id, subject, interaction_id, action_hash,
        writer_id, writer_seq, body_sha256)
      VALUES (${body.teamId}, ${id}, ${ctx.now}, ${body.kind}, ${body.actorType}, ${body.actorId}, ${body.subject},
        ${body.interactionId}, ${body.actionHash}, ${body.writerId}, ${BigInt(body.writerSeq)}, ${bodySha256(text)})
    ), body AS (
      INSERT INTO audit_body (team_id, entry_id, occurred_at, body_canonical) VALUES (${body.teamId}, ${id}, ${ctx.now}, ${text})
    )
    INSERT INTO audit_pending (team_id, entry_id) VALUES (${body.teamId}, ${id})`
  if (personal && note.personal) {
    await tx.$executeRaw`
      INSERT INTO audit_payload (team_id, entry_id, subject_id, salt, ciphertext)
      VALUES (${body.teamId}, ${id}, ${note.personal.subjectId}, ${personal.salt}, ${personal.ciphertext})`
  }
}

type Personal = { subjectId: string; fields: JsonObject }

/** Undefined when the subject was erased: nothing about them is stored again under a new key. */
const sealPersonal = async (tx: Tx, teamId: string, entryId: string, personal: Personal) => {
  const key = await subjectKey(tx, teamId, personal.subjectId)
  if (!key) return undefined
  const plain = Buffer.from(jcs(personal.fields), 'utf8')
  return { salt: randomBytes(32), ciphertext: seal(key, plain, payloadContext(teamId, entryId, personal.subjectId)) }
}

const subjectKey = async (tx: Tx, teamId: string, subjectId: string): Promise<Buffer | undefined> => {
  const context = `signalbox/subject-key/${teamId}/${subjectId}`
  const fresh = seal(masterKey(), randomBytes(32), context)
  await tx.$executeRaw`
    INSERT INTO subject_key (team_id, subject_id, wrapped_key) VALUES (${teamId}, ${subjectId}, ${fresh})
    ON CONFLICT (team_id, subject_id) DO NOTHING`
  const rows = await tx.$queryRaw<{ wrapped_key: Uint8Array | null }[]>`
    SELECT wrapped_key FROM subject_key WHERE team_id = ${teamId} AND subject_id = ${subjectId}`
  const wrapped = rows[0]?.wrapped_key
  return wrapped ? open(masterKey(), wrapped, context) : undefined
}

export const payloadContext = (teamId: string, entryId: string, subjectId: string): string =>
  `signalbox/audit-payload/${teamId}/${entryId}/${subjectId}`

const partitionsThere = new Set<string>()
/**
 * Makes the partitions of this month and the next, once for each month and process. Outside the caller's transaction:
 * one that is rolled back must not take along a partition that this process believes to be there.
 */
const ensurePartition = async (now: Date): Promise<void> => {
  const month = now.toISOString().slice(0, 7)
  if (partitionsThere.has(month)) return
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 10)
  await pool().query('SELECT ensure_audit_partition($1::date), ensure_audit_partition($2::date)', [`${month}-01`, next])
  partitionsThere.add(month)
}
