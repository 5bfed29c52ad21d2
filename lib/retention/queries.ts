import 'server-only'
import type { Ctx } from '@/lib/core/context'
import { pool } from '@/lib/core/db'
import { requirePermission } from '@/lib/core/mutation'
import { requirePlatform } from '@/lib/core/place'
import type { Retention } from '@/lib/retention/schema'

export const retention = async (ctx: Ctx): Promise<Retention> => {
  requirePlatform(ctx)
  requirePermission(ctx, 'team:read')
  const { rows } = await pool().query<Retention>(RETENTION)
  return rows[0] ?? { payloadDays: null, spanDays: null, auditBodyDays: null }
}

export const RETENTION = `SELECT retention_payload_days AS "payloadDays", retention_span_days AS "spanDays",
  retention_audit_body_days AS "auditBodyDays" FROM platform_setting`
