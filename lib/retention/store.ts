import 'server-only'
import type { Tx } from '@/lib/core/db'
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
