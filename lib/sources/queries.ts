import 'server-only'
import { z } from 'zod'
import type { Ctx } from '@/lib/core/context'
import { pool } from '@/lib/core/db'
import { microsOf } from '@/lib/core/iso-time'
import { toIso } from '@/lib/core/micros'
import { formatUsd } from '@/lib/core/money'
import { requirePermission } from '@/lib/core/mutation'
import { decodeCursor, toPage, type Page } from '@/lib/core/page'
import { IdText } from '@/lib/core/text'
import { requireTeam } from '@/lib/core/place'
import { Rejection, SourceView, type SourcesQuery } from './schema'

const BySeen = z.tuple([z.iso.datetime(), IdText])

/** Sources of the team, the one seen last first. Reads trace headers, interactions and their totals by id, to say what became of a trace. */
export const sourcePage = async (ctx: Ctx, query: SourcesQuery): Promise<Page<SourceView>> => {
  requirePermission(ctx, 'telemetry:read')
  requireTeam(ctx)
  const values: unknown[] = [ctx.teamId]
  const add = (value: unknown): string => `$${values.push(value)}`
  const where = ['s.team_id = $1']
  if (query.keyId !== undefined) where.push(`s.key_id = ${add(query.keyId)}`)
  if (query.since !== undefined) where.push(`s.last_seen_at >= ${add(toIso(microsOf(query.since) ?? 0))}::timestamptz`)
  const after = decodeCursor(query.cursor, BySeen)
  if (after) where.push(`(s.last_seen_at, s.id) < (${add(after[0])}::timestamptz, ${add(after[1])})`)
  const { rows } = await pool().query<SourceRow>(
    `SELECT s.*, s.spans::float8 AS spans, s.model_calls::float8 AS model_calls, s.input_tokens::float8 AS input_tokens,
  s.output_tokens::float8 AS output_tokens, s.calls_without_usage::float8 AS calls_without_usage,
  s.calls_without_price::float8 AS calls_without_price, s.spans_without_interaction::float8 AS spans_without_interaction,
  s.rejected::float8 AS rejected, t.interaction_mode, ${INTERACTION} AS interaction_id, i.agent, i.result,
  n.llm_calls::float8 AS total_calls, n.unknown_usage_calls::float8 AS total_without_usage,
  n.unknown_cost_calls::float8 AS total_without_cost, n.input_tokens::float8 AS total_input,
  n.output_tokens::float8 AS total_output, n.cost_nano_usd::text AS total_cost,
  (extract(epoch FROM s.last_seen_at) * 1000000)::float8 AS last_us
FROM source s
LEFT JOIN trace t ON t.team_id = s.team_id AND t.trace_id = s.last_trace_id
LEFT JOIN interaction i ON i.team_id = t.team_id AND i.id = ${INTERACTION}
LEFT JOIN interaction_total n ON n.team_id = i.team_id AND n.interaction_id = i.id AND n.dim_set = 0
WHERE ${where.join(' AND ')} ORDER BY s.last_seen_at DESC, s.id DESC LIMIT ${add(query.limit + 1)}`,
    values,
  )
  return toPage(rows, query.limit, sourceView, (row) => [toIso(row.last_us), row.id])
}

/** Of a trace's header: the one its spans name, or itself where a trace is an interaction; several and none are null. */
const INTERACTION = 'CASE t.interaction_mode WHEN 1 THEN t.interaction_id WHEN 3 THEN t.trace_id END'

type SourceRow = {
  id: string
  key_id: string
  road: string
  service: string | null
  scope: string | null
  scope_version: string | null
  first_seen_at: Date
  last_seen_at: Date
  last_us: number
  last_trace_id: string | null
  spans: number
  kinds: Record<string, number>
  model_calls: number
  input_tokens: number
  output_tokens: number
  calls_without_usage: number
  without_usage_at: Date | null
  calls_without_price: number
  without_price_at: Date | null
  spans_without_interaction: number
  rejected: number
  dialects: string[]
  models: string[]
  models_without_price: string[]
  unknown_keys: string[]
  rejections: unknown
  /** Null: no such trace is stored. */
  interaction_mode: number | null
  interaction_id: string | null
  agent: string | null
  result: string | null
  /** Null: nothing of the interaction is counted. */
  total_calls: number | null
  total_without_usage: number | null
  total_without_cost: number | null
  total_input: number | null
  total_output: number | null
  total_cost: string | null
}

const totalsOf = (row: SourceRow): NonNullable<SourceView['lastTrace']>['totals'] => {
  if (row.total_calls === null || row.total_cost === null) return null
  const withoutCost = row.total_without_cost ?? 0
  const isUnknown = row.total_calls > 0 && withoutCost >= row.total_calls
  return {
    modelCalls: row.total_calls,
    callsWithoutUsage: row.total_without_usage ?? 0,
    callsWithoutCost: withoutCost,
    inputTokens: row.total_input ?? 0,
    outputTokens: row.total_output ?? 0,
    costUsd: isUnknown ? null : formatUsd(BigInt(row.total_cost)),
  }
}

const sourceView = (row: SourceRow): SourceView => ({
  id: row.id,
  keyId: row.key_id,
  road: SourceView.shape.road.parse(row.road),
  service: row.service,
  scope: row.scope,
  scopeVersion: row.scope_version,
  firstSeenAt: row.first_seen_at.toISOString(),
  lastSeenAt: row.last_seen_at.toISOString(),
  spans: row.spans,
  kinds: row.kinds,
  dialects: row.dialects,
  models: row.models,
  modelCalls: row.model_calls,
  inputTokens: row.input_tokens,
  outputTokens: row.output_tokens,
  lastTrace:
    row.last_trace_id === null || row.interaction_mode === null
      ? null
      : {
          id: row.last_trace_id,
          isAttributed: row.interaction_mode > 0,
          interactionId: row.interaction_id,
          agent: row.agent,
          result: row.result,
          totals: totalsOf(row),
        },
  notUnderstood: {
    unknownKeys: row.unknown_keys,
    callsWithoutUsage: row.calls_without_usage,
    withoutUsageAt: row.without_usage_at?.toISOString() ?? null,
    callsWithoutPrice: row.calls_without_price,
    withoutPriceAt: row.without_price_at?.toISOString() ?? null,
    modelsWithoutPrice: row.models_without_price,
    spansWithoutInteraction: row.spans_without_interaction,
    rejected: row.rejected,
    rejections: z.array(Rejection).parse(row.rejections),
  },
})
