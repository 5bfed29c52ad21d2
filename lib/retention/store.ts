import 'server-only'
import type { Pool } from 'pg'
import { appendAudit } from '@/lib/core/audit-log'
import { PLATFORM, type Ctx } from '@/lib/core/context'
import { prismaOn, type Tx } from '@/lib/core/db'
import { newId } from '@/lib/core/ids'
import type { Retention } from '@/lib/retention/schema'

/** Locks the settings row and hands back what it said. */
export const lockRetention = async (tx: Tx): Promise<Retention> => {
  const rows = await tx.$queryRaw<Retention[]>`SELECT retention_payload_days AS "payloadDays",
    retention_span_days AS "spanDays", retention_audit_body_days AS "auditBodyDays" FROM platform_setting FOR UPDATE`
  return rows[0] ?? { payloadDays: null, spanDays: null, auditBodyDays: null }
}

export const saveRetention = async (tx: Tx, next: Retention): Promise<void> => {
  await tx.$executeRaw`UPDATE platform_setting SET retention_payload_days = ${next.payloadDays},
    retention_span_days = ${next.spanDays}, retention_audit_body_days = ${next.auditBodyDays}`
}

const DAY_MS = 86_400_000
/** Months in one round, each in a transaction of its own. */
const MAX_MONTHS = 240

/**
 * Drops the months of audit texts whose newest is past `days`; entries and hashes stay. Dropping passes every trigger, so
 * each writes the entry that says so in the same transaction, without which the database refuses (control.md 3).
 */
export const dropAuditBodies = async (owner: Pool, now: Date, days: number): Promise<string[]> => {
  const { rows } = await owner.query<{ name: string; month: string }>(
    `SELECT name, month::text AS month FROM (
       SELECT c.relname::text AS name, to_date(right(c.relname, 7), 'YYYY_MM') AS month
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'public.audit_body'::regclass) p
     WHERE month + interval '1 month' <= $1::timestamptz AT TIME ZONE 'UTC' ORDER BY month LIMIT $2`,
    [new Date(now.getTime() - days * DAY_MS), MAX_MONTHS],
  )
  if (rows.length === 0) return []
  const prisma = prismaOn(owner)
  try {
    for (const { name, month } of rows) {
      await prisma.$transaction(async (tx) => {
        await appendAudit(tx, retentionCtx(now), [{ kind: DROPPED, subject: name, after: { days } }])
        await tx.$executeRaw`
          SELECT drop_audit_partition(${month}::date, e.id) FROM audit_entry e
          WHERE e.team_id = ${PLATFORM} AND e.subject = ${name} AND e.kind = ${DROPPED} ORDER BY e.id DESC LIMIT 1`
      })
    }
    return rows.map(({ name }) => name)
  } finally {
    await prisma.$disconnect()
  }
}

const DROPPED = 'audit.partition.drop'

const retentionCtx = (now: Date): Ctx => ({
  teamId: PLATFORM,
  actor: { type: 'system', id: 'retention' },
  permissions: new Set(),
  now,
  requestId: newId('req', now),
})
