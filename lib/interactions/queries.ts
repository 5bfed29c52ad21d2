import 'server-only'
import { z } from 'zod'
import type { Ctx } from '@/lib/core/context'
import { pool } from '@/lib/core/db'
import { DomainError, notFound } from '@/lib/core/errors'
import { microsOf } from '@/lib/core/iso-time'
import { DAY_US, dayOf, fromDate, nextDay, toIso } from '@/lib/core/micros'
import { requirePermission } from '@/lib/core/mutation'
import { decodeCursor, encodeCursor, type Page } from '@/lib/core/page'
import type { Sql } from '@/lib/core/sql'
import { attributeReadings } from '@/lib/interactions/attribute-rules'
import {
  ATTRIBUTE_DAYS,
  type InteractionsQuery,
  type InteractionSummary,
  type InteractionView,
  type SpanDetail,
  type SpanView,
} from '@/lib/interactions/schema'
import {
  INTERACTION_SELECT,
  SPAN_VIEW_SELECT,
  toSpanView,
  toSummary,
  type InteractionRow,
  type SpanViewRow,
} from '@/lib/interactions/rows'

const ByStart = z.tuple([z.iso.datetime(), z.string()])
const BySpan = z.tuple([z.iso.datetime(), z.string(), z.string()])

/** Interactions of the team, the latest first. Those known by an outcome alone have no start and are not listed. */
export const interactionPage = async (ctx: Ctx, query: InteractionsQuery): Promise<Page<InteractionSummary>> => {
  requirePermission(ctx, 'telemetry:read')
  const values: unknown[] = [ctx.teamId, ctx.now]
  const add = (value: unknown): string => `$${values.push(value)}`
  const where = ['i.team_id = $1', 'i.started_at IS NOT NULL']
  if (query.from) where.push(`i.started_at >= ${add(utc(query.from))}`)
  if (query.to) where.push(`i.started_at < ${add(utc(query.to))}`)
  for (const field of ['agent', 'release', 'workflow', 'segment'] as const) {
    const value = query[field]
    if (value === '') where.push(`i.${field} IS NULL`)
    else if (value !== undefined) where.push(`i.${field} = ${add(value)}`)
  }
  if (query.userId) where.push(`i.user_id = ${add(query.userId)}`)
  if (query.id) where.push(`i.id = ${add(query.id)}`)
  if (query.escalated) where.push(`i.escalated = ${add(query.escalated === 'true')}`)
  if (query.result === 'open') where.push('i.result IS NULL', `NOT ${PAST_IDLE}`)
  else if (query.result === 'abandoned') where.push(`(i.result = 'abandoned' OR (i.result IS NULL AND ${PAST_IDLE}))`)
  else if (query.result) where.push(`i.result = ${add(query.result)}`)
  if (query.attribute) where.push(`i.id = ANY(${add(await withAttributes(ctx, query, query.attribute))}::text[])`)
  const after = decodeCursor(query.cursor, ByStart)
  if (after) where.push(`(i.started_at, i.id) < (${add(after[0])}::timestamptz, ${add(after[1])})`)
  const { rows } = await pool().query<InteractionRow>(
    `SELECT ${INTERACTION_SELECT} ${FROM_INTERACTION} WHERE ${where.join(' AND ')}
     ORDER BY i.started_at DESC, i.id DESC LIMIT ${add(query.limit + 1)}`,
    values,
  )
  const page = rows.slice(0, query.limit)
  const last = page.at(-1)
  return {
    items: page.map(toSummary),
    nextCursor: rows.length > query.limit && last?.started_us ? encodeCursor([toIso(last.started_us), last.id]) : null,
  }
}

const PAST_IDLE = `(i.last_event_at <= $2::timestamptz - make_interval(secs => coalesce(a.idle_limit_sec, 86400)))`
const FROM_INTERACTION = `FROM interaction i
  LEFT JOIN agent a ON a.team_id = i.team_id AND a.name = i.agent
  LEFT JOIN interaction_total t ON t.team_id = i.team_id AND t.interaction_id = i.id AND t.dim_set = 0`

/** Of a text that IsoTime has let through. */
const utc = (text: string): string => toIso(microsOf(text) ?? 0)

/** Ids of the interactions that have, for each pair, a span with it on a day of the range. */
const withAttributes = async (ctx: Ctx, query: InteractionsQuery, pairs: readonly string[]): Promise<string[]> => {
  const to = query.to ? (microsOf(query.to) ?? 0) : fromDate(ctx.now) + DAY_US
  const days = [query.from ? (microsOf(query.from) ?? 0) : to - ATTRIBUTE_DAYS * DAY_US, to - 1].map(dayOf)
  let found: Set<string> | undefined
  for (const pair of pairs) {
    const { rows } = await pool().query<{ spans: number; interaction: string | null }>(
      spansWithAttribute(ctx.teamId, days, pair),
    )
    const matches = rows.reduce((sum, row) => sum + row.spans, 0)
    if (matches > MAX_MATCHES) throw tooMany(pair)
    const ids = rows.flatMap(({ interaction }) => (interaction === null ? [] : [interaction]))
    const before = found
    found = new Set(before ? ids.filter((id) => before.has(id)) : ids)
  }
  return [...(found ?? [])]
}

/** Spans that one pair may match; the answer is whole or refused, never a part of it. */
const MAX_MATCHES = 20_000

const tooMany = (pair: string): DomainError =>
  new DomainError(
    'bad_request',
    `attribute: more than ${MAX_MATCHES} spans of these days have ${pair.slice(0, 80)}. Shorten the range with from and to.`,
    { details: [{ path: 'attribute', message: 'Too many spans have it. Shorten the range.' }] },
  )

/**
 * Through the index on attributes, in the partitions of these days only; then by id to what each span counts under. Of a
 * young partition the planner knows nothing and would read every payload of the team by the primary key, or join every
 * span with every hit: the team is compared in a way that no index serves, and LIMIT 1 keeps each step a look-up.
 */
export const spansWithAttribute = (teamId: string, days: readonly string[], pair: string): Sql => {
  const values: unknown[] = [teamId, ...days, MAX_MATCHES + 1]
  const readings = attributeReadings(pair).map(
    (reading) => `p.attributes @> $${values.push(JSON.stringify(reading))}::jsonb`,
  )
  return {
    text: `WITH hit AS MATERIALIZED (
  SELECT p.day, p.trace_id, p.span_id FROM span_payload p
  WHERE p.team_id || '' = $1 AND p.day BETWEEN $2::date AND $3::date AND (${readings.join(' OR ') || 'false'}) LIMIT $4
)
SELECT coalesce(s.interaction_id, s.inherited_interaction, h.interaction_id) AS interaction, count(*)::float8 AS spans
FROM hit
CROSS JOIN LATERAL (SELECT interaction_id, inherited_interaction FROM span
  WHERE team_id = $1 AND day BETWEEN $2::date AND $3::date AND day = hit.day AND trace_id = hit.trace_id
    AND span_id = hit.span_id LIMIT 1) s
CROSS JOIN LATERAL (SELECT interaction_id FROM trace WHERE team_id = $1 AND trace_id = hit.trace_id LIMIT 1) h
GROUP BY 1`,
    values,
  }
}

/** Traces of one interaction shown at most; the count beside them is of all. */
const MAX_TRACES = 1_000

/** One interaction with its traces, scores and a page of its spans by start. Throws `not_found`. */
export const oneInteraction = async (
  ctx: Ctx,
  id: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<InteractionView> => {
  requirePermission(ctx, 'telemetry:read')
  const { rows } = await pool().query<InteractionRow>(
    `SELECT ${INTERACTION_SELECT} ${FROM_INTERACTION} WHERE i.team_id = $1 AND i.id = $3`,
    [ctx.teamId, ctx.now, id],
  )
  const row = rows[0]
  if (!row) throw notFound()
  const turns = await pool().query<{
    trace_id: string
    start: number
    end: number | null
    spans: number
    failed: boolean
    days: string[]
  }>(
    `SELECT t.trace_id, (extract(epoch FROM t.first_start) * 1000000)::float8 AS start,
       (extract(epoch FROM t.last_end) * 1000000)::float8 AS "end", t.spans, t.failed_tops > 0 AS failed, h.days::text[] AS days
     FROM turn t JOIN trace h ON h.team_id = t.team_id AND h.trace_id = t.trace_id
     WHERE t.team_id = $1 AND t.interaction_id = $2 ORDER BY t.first_start, t.trace_id LIMIT $3`,
    [ctx.teamId, id, MAX_TRACES],
  )
  const spans = await spanPage(ctx.teamId, id, turns.rows, page)
  const scores = await pool().query<
    InteractionView['scores'][number] & { span_id: string | null; trace_id: string | null; at_us: number }
  >(
    `SELECT id, span_id, trace_id, name, value, label, source, comment, (extract(epoch FROM at) * 1000000)::float8 AS at_us
     FROM score WHERE team_id = $1 AND interaction_id = $2 ORDER BY at DESC LIMIT 200`,
    [ctx.teamId, id],
  )
  const { spans: spanCount, ...summary } = toSummary(row)
  return {
    ...summary,
    spanCount,
    outcomeReason: row.outcome_reason,
    outcomeAt: row.outcome_us === null ? null : toIso(row.outcome_us),
    traces: turns.rows.map((turn) => ({
      traceId: turn.trace_id,
      startedAt: toIso(turn.start),
      endedAt: turn.end === null ? null : toIso(turn.end),
      spans: turn.spans,
      failed: turn.failed,
    })),
    ...spans,
    scores: scores.rows.map((s) => ({
      id: s.id,
      spanId: s.span_id,
      traceId: s.trace_id,
      name: s.name,
      value: s.value,
      label: s.label,
      source: s.source,
      comment: s.comment,
      at: toIso(s.at_us),
    })),
  }
}

/** Bounded by the days of the traces, so that only their partitions are opened. */
const spanPage = async (
  teamId: string,
  interactionId: string,
  traces: readonly { trace_id: string; days: string[] }[],
  page: { cursor?: string | undefined; limit: number },
): Promise<{ spans: SpanView[]; nextCursor: string | null }> => {
  if (traces.length === 0) return { spans: [], nextCursor: null }
  const values: unknown[] = [
    teamId,
    [...new Set(traces.flatMap((trace) => trace.days))],
    traces.map((trace) => trace.trace_id),
    interactionId,
  ]
  const after = decodeCursor(page.cursor, BySpan)
  const start = after ? `AND (s.started_at, s.trace_id, s.span_id) > ($6::timestamptz, $7, $8)` : ''
  const { rows } = await pool().query<SpanViewRow>(
    `SELECT ${SPAN_VIEW_SELECT} FROM span s JOIN trace h ON h.team_id = s.team_id AND h.trace_id = s.trace_id
     WHERE s.team_id = $1 AND s.day = ANY($2::date[]) AND s.trace_id = ANY($3::text[])
       AND coalesce(s.interaction_id, s.inherited_interaction, h.interaction_id) = $4 ${start}
     ORDER BY s.started_at, s.trace_id, s.span_id LIMIT $5`,
    [...values, page.limit + 1, ...(after ?? [])],
  )
  const shown = rows.slice(0, page.limit)
  const last = shown.at(-1)
  return {
    spans: shown.map(toSpanView),
    nextCursor:
      rows.length > page.limit && last ? encodeCursor([toIso(last.started_us), last.trace_id, last.span_id]) : null,
  }
}

/** One span with its payload. Throws `not_found`. */
export const oneSpan = async (ctx: Ctx, traceId: string, spanId: string): Promise<SpanDetail> => {
  requirePermission(ctx, 'telemetry:read')
  const header = await pool().query<{ days: string[] }>(
    'SELECT days::text[] AS days FROM trace WHERE team_id = $1 AND trace_id = $2',
    [ctx.teamId, traceId],
  )
  const days = header.rows[0]?.days
  if (!days) throw notFound()
  const { rows } = await pool().query<
    SpanViewRow & {
      input: string | null
      output: string | null
      input_full: number | null
      output_full: number | null
      attributes: Record<string, unknown> | null
      price_rates: unknown
    }
  >(
    `SELECT ${SPAN_VIEW_SELECT}, s.price_rates, p.input, p.output, p.input_full_bytes::float8 AS input_full,
       p.output_full_bytes::float8 AS output_full, p.attributes
     FROM span s JOIN trace h ON h.team_id = s.team_id AND h.trace_id = s.trace_id
     CROSS JOIN LATERAL (
       SELECT ${firstOf('input')}, ${firstOf('output')}, ${firstOf('input_full_bytes')}, ${firstOf('output_full_bytes')},
         ${firstOf('attributes')}
       FROM span_payload f WHERE f.team_id = $1 AND f.day = ANY($5::date[]) AND f.day IN (s.day, s.day + 1)
         AND f.trace_id = $3 AND f.span_id = $4) p
     WHERE s.team_id = $1 AND s.day = ANY($2::date[]) AND s.trace_id = $3 AND s.span_id = $4`,
    [ctx.teamId, days, traceId, spanId, [...new Set(days.flatMap((day) => [day, nextDay(day)]))]],
  )
  const row = rows[0]
  if (!row) throw notFound()
  return {
    ...toSpanView(row),
    input: parsePayload(row.input),
    output: parsePayload(row.output),
    inputFullBytes: row.input_full,
    outputFullBytes: row.output_full,
    attributes: row.attributes,
    priceRates: row.price_rates,
  }
}

/** Content that a log record brought before its span lies under the record's day, which may be the next one. */
const firstOf = (column: string): string =>
  `(array_agg(f.${column} ORDER BY f.day) FILTER (WHERE f.${column} IS NOT NULL))[1] AS ${column}`

/** Payloads are stored as JSON text; null = none was sent, or it is past its retention. */
const parsePayload = (text: string | null): unknown => (text === null ? null : JSON.parse(text))
