import 'server-only'
import type { Pool, PoolClient } from 'pg'
import { dayOf, toIso, type Micros } from '@/lib/core/micros'
import { isModelCall, type SpanNode } from '@/lib/ingest/span-node'
import { SPAN_SELECT, toNode } from '@/lib/ingest/store/rows'

/** Where the same call may stand a second time: an answer's id, or a process with equal counts, between two times. */
export type CallWindow = {
  responseId: string | null
  serviceInstance: string | null
  inputTokens: number | null
  loUs: Micros
  hiUs: Micros
}

/** No model call lasts longer: bounds how far back one may have begun that still overlaps. */
const LONGEST_CALL_US = 3_600_000_000
const SLACK_US = 50_000

/** The windows of the calls among these spans that an id or a process could tie to another. */
export const windowsOf = (nodes: readonly SpanNode[]): CallWindow[] => {
  const windows = new Map<string, CallWindow>()
  const add = (responseId: string | null, serviceInstance: string | null, node: SpanNode): void => {
    const inputTokens = serviceInstance === null ? null : node.inputTokens
    const key = JSON.stringify([responseId, serviceInstance, inputTokens])
    const [loUs, hiUs] = [node.startUs - SLACK_US, (node.endUs ?? node.startUs) + SLACK_US]
    const known = windows.get(key)
    if (!known) windows.set(key, { responseId, serviceInstance, inputTokens, loUs, hiUs })
    else Object.assign(known, { loUs: Math.min(known.loUs, loUs), hiUs: Math.max(known.hiUs, hiUs) })
  }
  for (const node of nodes) {
    if (!isModelCall(node)) continue
    if (node.responseId !== null) add(node.responseId, null, node)
    if (node.serviceInstance !== null && node.inputTokens !== null) add(null, node.serviceInstance, node)
  }
  return [...windows.values()]
}

// The expressions of the two indexes (migration 0007): no other index can be taken for them.
const BY_ID = `f.team_id || '/' || f.response_id = $1 || '/' || k.id AND f.response_id IS NOT NULL`
const BY_COUNTS = `f.team_id || '/' || f.service_instance = $1 || '/' || k.instance AND f.service_instance IS NOT NULL
  AND f.input_tokens = k.input`
const calls = (match: string, columns: string): string =>
  `(SELECT ${columns} FROM span f WHERE f.day BETWEEN $7::date AND $8::date AND ${match}
     AND f.kind IN ('llm', 'embedding') AND f.started_at BETWEEN k.lo - interval '1 hour' AND k.hi
     AND coalesce(f.ended_at, f.started_at) >= k.lo LIMIT 1000)`
const WINDOWS = `unnest($2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[])
  WITH ORDINALITY AS k(id, instance, input, lo, hi, n)`

const valuesOf = (teamId: string, windows: readonly CallWindow[]): unknown[] => [
  teamId,
  windows.map((w) => w.responseId),
  windows.map((w) => w.serviceInstance),
  windows.map((w) => w.inputTokens),
  windows.map((w) => toIso(w.loUs)),
  windows.map((w) => toIso(w.hiUs)),
  dayOf(windows.reduce((us, w) => Math.min(us, w.loUs), Infinity) - LONGEST_CALL_US),
  dayOf(windows.reduce((us, w) => Math.max(us, w.hiUs), 0)),
]

/** The windows in which calls of more than one scope are stored: the only ones that can hold a duplicate. */
export const windowsOfSeveralScopes = async (
  pool: Pool,
  teamId: string,
  windows: readonly CallWindow[],
): Promise<CallWindow[]> => {
  const scope = `coalesce(f.scope, '') AS scope`
  const { rows } = await pool.query<{ n: string }>(
    `SELECT k.n FROM ${WINDOWS} CROSS JOIN LATERAL (${calls(BY_ID, scope)} UNION ALL ${calls(BY_COUNTS, scope)}) s
     GROUP BY k.n HAVING count(DISTINCT s.scope) > 1`,
    valuesOf(teamId, windows),
  )
  return rows.flatMap(({ n }) => windows[Number(n) - 1] ?? [])
}

/** The calls in these windows, each once. */
export const callsIn = async (
  client: Pool | PoolClient,
  teamId: string,
  windows: readonly CallWindow[],
): Promise<SpanNode[]> => {
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT ${SPAN_SELECT} FROM (
       SELECT DISTINCT f.day, f.trace_id, f.span_id FROM ${WINDOWS}
       CROSS JOIN LATERAL (${calls(BY_ID, 'f.day, f.trace_id, f.span_id')} UNION ALL ${calls(BY_COUNTS, 'f.day, f.trace_id, f.span_id')}) f
     ) k CROSS JOIN LATERAL (SELECT * FROM span f WHERE f.team_id = $1 AND f.day = k.day AND f.day BETWEEN $7::date AND $8::date
       AND f.trace_id = k.trace_id AND f.span_id = k.span_id LIMIT 1) s`,
    valuesOf(teamId, windows),
  )
  return rows.map(toNode)
}
