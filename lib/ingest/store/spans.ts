import 'server-only'
import type { PoolClient } from 'pg'
import { nextDay, toIso, type Micros } from '@/lib/core/micros'
import type { SpanNode } from '@/lib/ingest/span-node'
import { payloadKey } from '@/lib/ingest/payload-merge'
import { SPAN_COLUMN_NAMES, SPAN_SELECT, toNode, toRow } from '@/lib/ingest/store/rows'
import type { InteractionMode } from '@/lib/ingest/trace-graph'

/** Typed SQL on spans. Every statement is bounded by the days of its traces, so that old partitions are never opened. */
export type TraceHeader = {
  traceId: string
  days: string[]
  spans: number
  mode: InteractionMode
  /** A model call of it, or an agent span, has usage or a reported cost. */
  modelUsage: boolean
  agentUsage: boolean
  /** Agent spans are priced in place of model calls (wire.md 4.4); and: to be looked at once the trace is silent. */
  aggregated: boolean
  aggregateDue: boolean
}
export type SpanKey = { traceId: string; spanId: string }
export type SpanPayload = SpanKey & {
  day: string
  input: string | null
  output: string | null
  inputFullBytes: number | null
  outputFullBytes: number | null
  attributes: Record<string, unknown> | null
}

/** Bound of distinct UTC days in one trace. A header never lists more; spans of a day it does not list are rejected. */
export const MAX_TRACE_DAYS = 400

/**
 * The statement that locks: creates or takes the headers of all traces of the batch, in order of id, and hands back what
 * they know. Whatever is read after it was committed before it (docs/decisions/0003-lock-then-write.md).
 */
export const lockTraces = async (
  client: PoolClient,
  teamId: string,
  traces: readonly { traceId: string; days: string[] }[],
  nowUs: Micros,
): Promise<TraceHeader[]> => {
  const sorted = [...traces].sort((a, b) => (a.traceId < b.traceId ? -1 : 1))
  const { rows } = await client.query<HeaderRow>(
    `INSERT INTO trace AS t (team_id, trace_id, days, first_received_at, last_received_at)
     SELECT $1, k.trace_id, string_to_array(k.days, ',')::date[], $4, $4
     FROM unnest($2::text[], $3::text[]) AS k(trace_id, days) ORDER BY k.trace_id
     ON CONFLICT (team_id, trace_id) DO UPDATE SET last_received_at = excluded.last_received_at,
       days = CASE WHEN t.days @> excluded.days THEN t.days
              ELSE (SELECT CASE WHEN count(DISTINCT d) > $5 THEN t.days ELSE array_agg(DISTINCT d ORDER BY d) END
                    FROM unnest(t.days || excluded.days) AS d) END
     RETURNING ${HEADER_SELECT}`,
    [teamId, sorted.map((t) => t.traceId), sorted.map((t) => t.days.join(',')), toIso(nowUs), MAX_TRACE_DAYS],
  )
  return rows.map(toHeader)
}

/** Locks headers that are stored, in order of id. */
export const lockStoredTraces = async (
  client: PoolClient,
  teamId: string,
  traceIds: readonly string[],
): Promise<TraceHeader[]> => {
  const { rows } = await client.query<HeaderRow>(
    `SELECT ${HEADER_SELECT} FROM trace WHERE team_id = $1 AND trace_id = ANY($2::text[]) ORDER BY trace_id FOR UPDATE`,
    [teamId, [...traceIds]],
  )
  return rows.map(toHeader)
}

const MODES = { none: 0, one: 1, several: 2, trace: 3 } as const

const modeOf = ({ interaction_mode: mode, interaction_id: id }: HeaderRow): InteractionMode => {
  if (mode === MODES.one) return { kind: 'one', id: id ?? '' }
  return { kind: mode === MODES.several ? 'several' : mode === MODES.trace ? 'trace' : 'none' }
}

type HeaderRow = {
  trace_id: string
  days: string[]
  spans: number
  interaction_mode: number
  interaction_id: string | null
  model_usage: boolean
  agent_usage: boolean
  aggregated: boolean
  aggregate_due: boolean
}
const HEADER_SELECT = `trace_id, days::text[] AS days, spans, interaction_mode, interaction_id, model_usage, agent_usage,
  aggregated, aggregate_due`

const toHeader = (row: HeaderRow): TraceHeader => ({
  traceId: row.trace_id,
  days: row.days,
  spans: row.spans,
  mode: modeOf(row),
  modelUsage: row.model_usage,
  agentUsage: row.agent_usage,
  aggregated: row.aggregated,
  aggregateDue: row.aggregate_due,
})

export const updateTraces = async (
  client: PoolClient,
  teamId: string,
  traces: readonly TraceHeader[],
): Promise<void> => {
  if (traces.length === 0) return
  await client.query(
    `UPDATE trace t SET spans = k.spans, interaction_mode = k.mode, interaction_id = k.id, model_usage = k.model_usage,
       agent_usage = k.agent_usage, aggregated = k.aggregated, aggregate_due = k.due
     FROM unnest($2::text[], $3::int[], $4::smallint[], $5::text[], $6::bool[], $7::bool[], $8::bool[], $9::bool[])
       AS k(trace_id, spans, mode, id, model_usage, agent_usage, aggregated, due)
     WHERE t.team_id = $1 AND t.trace_id = k.trace_id`,
    [
      teamId,
      traces.map((t) => t.traceId),
      traces.map((t) => t.spans),
      traces.map((t) => MODES[t.mode.kind]),
      // The id that serves the whole trace.
      traces.map((t) => (t.mode.kind === 'one' ? t.mode.id : t.mode.kind === 'trace' ? t.traceId : null)),
      traces.map((t) => t.modelUsage),
      traces.map((t) => t.agentUsage),
      traces.map((t) => t.aggregated),
      traces.map((t) => t.aggregateDue),
    ],
  )
}

const nodes = async (client: PoolClient, text: string, values: unknown[]): Promise<SpanNode[]> =>
  (await client.query<Record<string, unknown>>(text, values)).rows.map(toNode)

const keys = (list: readonly SpanKey[]): [string[], string[]] => [list.map((k) => k.traceId), list.map((k) => k.spanId)]

/**
 * Looks the span up, or its children, for each row of `of`, by index. Written as a join, a planner that knows little of
 * a young partition reads the whole trace for every step of a line, and a long trace takes the square of its length
 * (measured: 73 ms instead of 2 for a line of 70 spans in a trace of 1,600).
 */
const spanOf = (of: string, id = `${of}.span_id`): string =>
  `CROSS JOIN LATERAL (SELECT * FROM span f WHERE f.team_id = $1 AND f.day = ANY($2::date[]) AND f.trace_id = ${of}.trace_id
     AND f.span_id = ${id} LIMIT 1) s`
const childrenOf = (of: string, link: 'parent_id' | 'model_parent', where: string): string =>
  `CROSS JOIN LATERAL (SELECT * FROM span f WHERE f.team_id = $1 AND f.day = ANY($2::date[]) AND f.trace_id = ${of}.trace_id
     AND f.${link} = ${of}.span_id AND ${where} OFFSET 0) s`

/** The spans with these ids, as far as they are stored. */
export const spansById = (client: PoolClient, teamId: string, days: string[], list: readonly SpanKey[]) =>
  nodes(client, `SELECT ${SPAN_SELECT} FROM unnest($3::text[], $4::text[]) AS k(trace_id, span_id) ${spanOf('k')}`, [
    teamId,
    days,
    ...keys(list),
  ])

/**
 * The stored children of these spans; and further down as long as a nearer model call (`model`) or a nearer span that
 * names its interaction (`interaction`) does not stand in between. Cut links are not followed.
 */
export const spansBelow = (
  client: PoolClient,
  teamId: string,
  days: string[],
  list: readonly (SpanKey & { model: boolean; interaction: boolean; all?: boolean })[],
) =>
  nodes(
    client,
    `WITH RECURSIVE below AS (
       SELECT s.day, s.trace_id, s.span_id, s.kind IN ('llm', 'embedding') AS is_model,
         s.interaction_id IS NOT NULL AS named, k.model, k.interaction, k.everything
       FROM unnest($3::text[], $4::text[], $5::bool[], $6::bool[], $7::bool[])
         AS k(trace_id, span_id, model, interaction, everything) ${childrenOf('k', 'parent_id', 'NOT f.cut')}
       UNION
       SELECT s.day, s.trace_id, s.span_id, s.kind IN ('llm', 'embedding'), s.interaction_id IS NOT NULL,
         b.model AND NOT b.is_model, b.interaction AND NOT b.named, b.everything
       FROM below b ${childrenOf('b', 'parent_id', 'NOT f.cut')}
       WHERE b.everything OR (b.model AND NOT b.is_model) OR (b.interaction AND NOT b.named)
     )
     SELECT ${SPAN_SELECT} FROM (SELECT DISTINCT trace_id, span_id FROM below) b ${spanOf('b')}`,
    [
      teamId,
      days,
      ...keys(list),
      list.map((k) => k.model),
      list.map((k) => k.interaction),
      list.map((k) => k.all ?? false),
    ],
  )

/** The whole line above these spans, by parent link: what tells whether a new link closes a cycle. */
export const spansAbove = (client: PoolClient, teamId: string, days: string[], list: readonly SpanKey[]) =>
  nodes(client, climb('u.parent_id', 'NOT u.cut'), [teamId, days, ...keys(list)])

/** The model calls above these spans, up to and including the first that already has a priced call below it. */
export const modelLine = (client: PoolClient, teamId: string, days: string[], list: readonly SpanKey[]) =>
  nodes(client, climb('u.model_parent', 'NOT u.sub_priced'), [teamId, days, ...keys(list)])

const climb = (next: string, goOn: string): string =>
  `WITH RECURSIVE up AS (
     SELECT s.day, s.trace_id, s.span_id, s.parent_id, s.model_parent, s.sub_priced, s.cut
     FROM unnest($3::text[], $4::text[]) AS k(trace_id, span_id) ${spanOf('k')}
     UNION
     SELECT s.day, s.trace_id, s.span_id, s.parent_id, s.model_parent, s.sub_priced, s.cut
     FROM up u ${spanOf('u', next)}
     WHERE ${goOn}
   )
   SELECT ${SPAN_SELECT} FROM up u ${spanOf('u')}`

/** The model calls below these, down to and including the first on each line that has usage of its own. */
export const modelBelow = (client: PoolClient, teamId: string, days: string[], list: readonly SpanKey[]) =>
  nodes(
    client,
    `WITH RECURSIVE below AS (
       SELECT s.day, s.trace_id, s.span_id,
         coalesce(s.input_tokens, s.output_tokens, s.cost_reported_nano_usd) IS NOT NULL AS used
       FROM unnest($3::text[], $4::text[]) AS k(trace_id, span_id)
       ${childrenOf('k', 'model_parent', "f.kind IN ('llm', 'embedding')")}
       UNION
       SELECT s.day, s.trace_id, s.span_id,
         coalesce(s.input_tokens, s.output_tokens, s.cost_reported_nano_usd) IS NOT NULL
       FROM below b ${childrenOf('b', 'model_parent', "f.kind IN ('llm', 'embedding')")}
       WHERE NOT b.used
     )
     SELECT ${SPAN_SELECT} FROM below b ${spanOf('b')}`,
    [teamId, days, ...keys(list)],
  )

/** Day and flags of the spans that payloads belong to, as far as they are stored, by payloadKey(). */
export const storedDays = async (
  client: PoolClient,
  teamId: string,
  list: readonly SpanKey[],
): Promise<Map<string, { day: string; flags: string[] }>> => {
  if (list.length === 0) return new Map()
  const { rows } = await client.query<{ trace_id: string; span_id: string; day: string; flags: string[] }>(
    `SELECT k.trace_id, k.span_id, s.day::text AS day, s.flags
     FROM unnest($2::text[], $3::text[]) AS k(trace_id, span_id)
     JOIN trace t ON t.team_id = $1 AND t.trace_id = k.trace_id
     CROSS JOIN LATERAL (SELECT f.day, f.flags FROM span f WHERE f.team_id = $1 AND f.day = ANY(t.days)
       AND f.trace_id = k.trace_id AND f.span_id = k.span_id LIMIT 1) s`,
    [teamId, ...keys(list)],
  )
  return new Map(
    rows.map((row) => [payloadKey({ traceId: row.trace_id, spanId: row.span_id }), { day: row.day, flags: row.flags }]),
  )
}

/** Spans of these traces that no span of their line gives an interaction. */
export const uncoveredSpans = (client: PoolClient, teamId: string, days: string[], traceIds: readonly string[]) =>
  nodes(
    client,
    `SELECT ${SPAN_SELECT} FROM span s WHERE s.team_id = $1 AND s.day = ANY($2::date[]) AND s.trace_id = ANY($3::text[])
       AND s.interaction_id IS NULL AND s.inherited_interaction IS NULL`,
    [teamId, days, traceIds],
  )

export const wholeTraces = (client: PoolClient, teamId: string, days: string[], traceIds: readonly string[]) =>
  nodes(
    client,
    `SELECT ${SPAN_SELECT} FROM span s
     WHERE s.team_id = $1 AND s.day = ANY($2::date[]) AND s.trace_id = ANY($3::text[])`,
    [teamId, days, traceIds],
  )

const ALL_COLUMNS = ['team_id', ...SPAN_COLUMN_NAMES]
const FROM_JSON = ALL_COLUMNS.map((column) => (column === 'flags' ? "coalesce(j.flags, '{}')" : `j.${column}`)).join(
  ', ',
)
const INSERT_SPANS = `INSERT INTO span (${ALL_COLUMNS.join(', ')})
  SELECT ${FROM_JSON} FROM json_populate_recordset(null::span, $1::json) j`
const KEY_COLUMNS = new Set(['team_id', 'day', 'trace_id', 'span_id', 'received_at', 'started_at'])
const UPDATE_SPANS = `UPDATE span s SET ${ALL_COLUMNS.filter((column) => !KEY_COLUMNS.has(column))
  .map((column) => `${column} = j.${column}`)
  .join(', ')}
  FROM json_populate_recordset(null::span, $3::json) j
  WHERE s.team_id = $1 AND s.day = ANY($2::date[]) AND s.day = j.day AND s.trace_id = j.trace_id AND s.span_id = j.span_id`

export const insertSpans = async (client: PoolClient, teamId: string, list: readonly SpanNode[]): Promise<void> => {
  if (list.length === 0) return
  await client.query(INSERT_SPANS, [JSON.stringify(list.map((node) => toRow(teamId, node)))])
}

export const updateSpans = async (
  client: PoolClient,
  teamId: string,
  days: string[],
  list: readonly SpanNode[],
): Promise<void> => {
  if (list.length === 0) return
  await client.query(UPDATE_SPANS, [teamId, days, JSON.stringify(list.map((node) => toRow(teamId, node)))])
}

/** Stores payloads; a later copy fills what was empty. Answers the keys of the rows that changed. */
export const writePayloads = async (
  client: PoolClient,
  teamId: string,
  list: readonly SpanPayload[],
  nowUs: Micros,
): Promise<SpanKey[]> => {
  if (list.length === 0) return []
  const { rows } = await client.query<{ trace_id: string; span_id: string }>(
    `INSERT INTO span_payload AS p (team_id, day, trace_id, span_id, input, output, input_full_bytes, output_full_bytes,
       attributes, received_at)
     SELECT $1, k.day, k.trace_id, k.span_id, k.input, k.output, k.input_full, k.output_full, k.attributes::jsonb, $10
     FROM unnest($2::date[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::text[])
       AS k(day, trace_id, span_id, input, output, input_full, output_full, attributes)
     ON CONFLICT (team_id, day, trace_id, span_id) DO UPDATE SET
       input = coalesce(p.input, excluded.input), output = coalesce(p.output, excluded.output),
       input_full_bytes = CASE WHEN p.input IS NULL THEN excluded.input_full_bytes ELSE p.input_full_bytes END,
       output_full_bytes = CASE WHEN p.output IS NULL THEN excluded.output_full_bytes ELSE p.output_full_bytes END,
       attributes = coalesce(p.attributes, excluded.attributes)
     WHERE (p.input IS NULL AND excluded.input IS NOT NULL) OR (p.output IS NULL AND excluded.output IS NOT NULL)
       OR (p.attributes IS NULL AND excluded.attributes IS NOT NULL)
     RETURNING trace_id, span_id`,
    [
      teamId,
      list.map((p) => p.day),
      list.map((p) => p.traceId),
      list.map((p) => p.spanId),
      list.map((p) => p.input),
      list.map((p) => p.output),
      list.map((p) => p.inputFullBytes),
      list.map((p) => p.outputFullBytes),
      list.map((p) => (p.attributes === null ? null : JSON.stringify(p.attributes))),
      toIso(nowUs),
    ],
  )
  return rows.map((row) => ({ traceId: row.trace_id, spanId: row.span_id }))
}

/** Takes away the payloads of these spans; content that came before its span may stand on the next day. */
export const deletePayloads = async (
  client: PoolClient,
  teamId: string,
  list: readonly (SpanKey & { day: string })[],
): Promise<void> => {
  const days = [...new Set(list.flatMap(({ day }) => [day, nextDay(day)]))]
  await client.query(
    `DELETE FROM span_payload p USING unnest($3::date[], $4::text[], $5::text[]) AS k(day, trace_id, span_id)
     WHERE p.team_id = $1 AND p.day = ANY($2::date[]) AND p.day IN (k.day, k.day + 1) AND p.trace_id = k.trace_id
       AND p.span_id = k.span_id`,
    [teamId, days, list.map((k) => k.day), ...keys(list)],
  )
}
