import 'server-only'
import { z } from 'zod'
import type { AuditEntriesQuery, AuditEntryDetail, AuditEntryView } from '@/lib/audit/schema'
import { verifyEntry, type Verdict } from '@/lib/audit/verify'
import type { Ctx } from '@/lib/core/context'
import { pool } from '@/lib/core/db'
import { notFound } from '@/lib/core/errors'
import { requirePermission } from '@/lib/core/mutation'
import { decodeCursor, toPage, type Page } from '@/lib/core/page'

/** Entries of the team acted in (above teams: of the log `platform`), newest first. */
export const auditEntries = async (ctx: Ctx, query: AuditEntriesQuery): Promise<Page<AuditEntryView>> => {
  requirePermission(ctx, 'audit:read')
  const [before] = decodeCursor(query.cursor, z.tuple([z.string().max(64)])) ?? []
  const { rows } = await pool().query(
    `SELECT ${COLUMNS} FROM audit_entry e
     WHERE e.team_id = $1 AND ($2::text IS NULL OR e.id < $2) AND ($3::text IS NULL OR e.subject = $3)
     ORDER BY e.id DESC LIMIT $4`,
    [ctx.teamId, before ?? null, query.subject ?? null, query.limit + 1],
  )
  const entries = rows.map((row) => EntryRow.parse(row))
  return toPage(entries, query.limit, viewOf, (row) => [row.id])
}

/** One entry with what was before and after. Throws `not_found`, also for another team's. */
export const auditEntry = async (ctx: Ctx, id: string): Promise<AuditEntryDetail> => {
  requirePermission(ctx, 'audit:read')
  const row = (await fullRows('e.team_id = $1 AND e.id = $2', [ctx.teamId, id], 1))[0]
  if (!row) throw notFound()
  const body = row.bodyCanonical === null ? undefined : Body.parse(JSON.parse(row.bodyCanonical))
  return {
    ...viewOf(row),
    before: body?.payload.before ?? null,
    after: body?.payload.after ?? null,
    bodyCanonical: row.bodyCanonical,
    personal: !row.hasPersonal ? 'none' : row.salt && row.ciphertext ? 'stored' : 'erased',
  }
}

/**
 * Verifies up to `limit` entries of the team acted in, oldest first, after the entry `afterId`. Returns the verdict of
 * each; the last one's `entryId` is where to go on.
 */
export const auditVerdicts = async (ctx: Ctx, afterId: string | null, limit: number): Promise<Verdict[]> => {
  requirePermission(ctx, 'audit:read')
  const rows = await fullRows("e.team_id = $1 AND e.id > coalesce($2, '')", [ctx.teamId, afterId], limit)
  return rows.map((row) => {
    const personal = row.hasPersonal ? { salt: row.salt, ciphertext: row.ciphertext } : undefined
    return verifyEntry(row, row.bodyCanonical, personal)
  })
}

const COLUMNS = `e.team_id AS "teamId", e.id, e.occurred_at AS "occurredAt", e.kind, e.actor_type AS "actorType",
  e.actor_id AS "actorId", e.subject, e.interaction_id AS "interactionId", e.action_hash AS "actionHash",
  e.writer_id AS "writerId", e.writer_seq::text AS "writerSeq", e.body_sha256 AS "bodySha256"`

/** `where` is one of the constants above. The body's time is not trusted to be the entry's: it may be what was changed. */
const fullRows = async (where: string, values: unknown[], limit: number): Promise<FullRow[]> => {
  const { rows } = await pool().query(
    `SELECT ${COLUMNS}, b.body_canonical AS "bodyCanonical", p.entry_id IS NOT NULL AS "hasPersonal", p.salt, p.ciphertext
     FROM audit_entry e
     LEFT JOIN audit_body b ON b.team_id = e.team_id AND b.entry_id = e.id
     LEFT JOIN audit_payload p ON p.team_id = e.team_id AND p.entry_id = e.id
     WHERE ${where} ORDER BY e.id LIMIT $${values.length + 1}`,
    [...values, limit],
  )
  return rows.map((row) => FullRow.parse(row))
}

const Bytes = z.instanceof(Uint8Array)
const EntryRow = z.object({
  teamId: z.string(),
  id: z.string(),
  occurredAt: z.date(),
  kind: z.string(),
  actorType: z.enum(['person', 'key', 'system']),
  actorId: z.string(),
  subject: z.string(),
  interactionId: z.string().nullable(),
  actionHash: z.string().nullable(),
  writerId: z.string(),
  writerSeq: z.coerce.number(),
  bodySha256: Bytes,
})
const FullRow = EntryRow.extend({
  bodyCanonical: z.string().nullable(),
  hasPersonal: z.boolean(),
  salt: Bytes.nullable(),
  ciphertext: Bytes.nullable(),
})
type FullRow = z.infer<typeof FullRow>

const Fields = z.record(z.string(), z.json()).nullable()
const Body = z.object({ payload: z.object({ before: Fields, after: Fields }) })

const viewOf = (row: z.infer<typeof EntryRow>): AuditEntryView => ({
  id: row.id,
  occurredAt: row.occurredAt.toISOString(),
  kind: row.kind,
  actorType: row.actorType,
  actorId: row.actorId,
  subject: row.subject,
  interactionId: row.interactionId,
  actionHash: row.actionHash,
  bodySha256: Buffer.from(row.bodySha256).toString('hex'),
})
