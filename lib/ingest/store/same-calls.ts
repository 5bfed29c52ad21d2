import 'server-only'
import type { Pool, PoolClient } from 'pg'
import { dayOf, toIso, type Micros } from '@/lib/core/micros'
import { LONGEST_CALL_US, SLACK_US } from '@/lib/ingest/same-call'
import { isModelCall, type SpanNode } from '@/lib/ingest/span-node'
import { SPAN_SELECT, toNode } from '@/lib/ingest/store/rows'

/** Where the same call may stand a second time: an answer's id, or a process with equal counts, between two times. */
export type CallWindow = {
  responseId: string | null
  serviceInstance: string | null
  inputTokens: number | null
  outputTokens: number | null
  /** Of a call that has an id: counts tie it only to calls that have none. */
  isNamed: boolean
  loUs: Micros
  hiUs: Micros
}

/** The windows of the calls among these spans that an id or a process could tie to another; equal ones once. */
export const windowsOf = (nodes: Iterable<SpanNode>): Map<string, CallWindow> => {
  const windows = new Map<string, CallWindow>()
  for (const node of nodes) {
    if (!isModelCall(node)) continue
    const { responseId, serviceInstance, inputTokens, outputTokens, startUs } = node
    const hiUs = Math.min(node.endUs ?? startUs, startUs + LONGEST_CALL_US)
    const window = { isNamed: responseId !== null, loUs: startUs, hiUs }
    const none = { responseId: null, serviceInstance: null, inputTokens: null, outputTokens: null }
    if (responseId !== null) addTo(windows, { ...none, ...window, responseId })
    if (serviceInstance !== null && inputTokens !== null) {
      addTo(windows, { ...none, ...window, serviceInstance, inputTokens, outputTokens })
    }
  }
  return windows
}

const addTo = (windows: Map<string, CallWindow>, window: CallWindow): void => {
  windows.set(JSON.stringify(Object.values(window)), window)
}

/** Windows of one id or process whose times touch, or are that near, as one each with those it was made of. */
const joined = (windows: readonly CallWindow[], gapUs = 0): { window: CallWindow; parts: CallWindow[] }[] => {
  const groups = new Map<string, CallWindow[]>()
  for (const window of windows) {
    const key = JSON.stringify([window.responseId, window.serviceInstance, window.inputTokens])
    const group = groups.get(key)
    if (group) group.push(window)
    else groups.set(key, [window])
  }
  return [...groups.values()].flatMap((group) => {
    const list: { window: CallWindow; parts: CallWindow[] }[] = []
    for (const part of group.sort((a, b) => a.loUs - b.loUs)) {
      const last = list.at(-1)
      if (last && part.loUs <= last.window.hiUs + gapUs) {
        last.window.hiUs = Math.max(last.window.hiUs, part.hiUs)
        last.parts.push(part)
      } else list.push({ window: { ...part }, parts: [part] })
    }
    return list
  })
}

const SLACK = `interval '${SLACK_US} microseconds'`
const LONGEST = `interval '${LONGEST_CALL_US} microseconds'`
const END = `coalesce(least(f.ended_at, f.started_at + ${LONGEST}), f.started_at)`
const DURING = `f.started_at BETWEEN k.lo - ${LONGEST} - ${SLACK} AND k.hi + ${SLACK} AND ${END} >= k.lo - ${SLACK}`
// The expressions of the two indexes (migration 0007): no other index can be taken for them.
const BY_ID = `f.team_id || '/' || f.response_id = $1 || '/' || k.id AND f.response_id IS NOT NULL
  AND f.started_at <= k.hi AND ${END} >= k.lo`
const BY_PROCESS = `f.team_id || '/' || f.service_instance = $1 || '/' || k.instance AND f.service_instance IS NOT NULL
  AND f.input_tokens = k.input`
const BY_COUNTS = `${BY_PROCESS} AND f.output_tokens IS NOT DISTINCT FROM k.output AND (NOT k.named OR f.response_id IS NULL)
  AND ((f.started_at >= k.lo - ${SLACK} AND ${END} <= k.hi + ${SLACK})
    OR (k.lo >= f.started_at - ${SLACK} AND k.hi <= ${END} + ${SLACK}))`
/** Windows as near as this are looked at in one go: each look reads back as long as a call may last. */
const NEAR_US = 60_000_000
/** More in one window than are ever settled: what is beyond need not be read. */
const MOST_READ = 1_000

const calls = (match: string, columns: string): string =>
  `(SELECT ${columns} FROM span f WHERE f.day BETWEEN $11::date AND $12::date AND f.day BETWEEN k.first AND k.last
     AND ${match} AND f.kind IN ('llm', 'embedding') AND ${DURING} LIMIT ${MOST_READ})`
const WINDOWS = `unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bool[], $7::timestamptz[], $8::timestamptz[],
  $9::date[], $10::date[]) WITH ORDINALITY AS k(id, instance, input, output, named, lo, hi, first, last, n)`

const valuesOf = (teamId: string, windows: readonly CallWindow[]): unknown[] => {
  const first = windows.map((w) => dayOf(w.loUs - LONGEST_CALL_US - SLACK_US))
  const last = windows.map((w) => dayOf(w.hiUs + SLACK_US))
  return [
    teamId,
    windows.map((w) => w.responseId),
    windows.map((w) => w.serviceInstance),
    windows.map((w) => w.inputTokens),
    windows.map((w) => w.outputTokens),
    windows.map((w) => w.isNamed),
    windows.map((w) => toIso(w.loUs)),
    windows.map((w) => toIso(w.hiUs)),
    first,
    last,
    first.reduce((a, b) => (a < b ? a : b), '9999-12-31'),
    last.reduce((a, b) => (a > b ? a : b), '0001-01-01'),
  ]
}

/**
 * The windows in which calls of more than one scope are stored, or one that is taken for another: the only ones in which
 * anything can be settled. Counts tie only where a call has no id.
 */
export const windowsToSettle = async (
  client: Pool | PoolClient,
  teamId: string,
  windows: readonly CallWindow[],
): Promise<CallWindow[]> => {
  if (windows.length === 0) return []
  const groups = joined(windows, NEAR_US)
  const columns = `coalesce(f.scope, '') AS scope, f.scope IS NULL AS native, f.duplicate_span, f.response_id`
  const { rows } = await client.query<{ n: string }>(
    `SELECT k.n FROM ${WINDOWS} CROSS JOIN LATERAL (${calls(BY_ID, columns)} UNION ALL ${calls(BY_PROCESS, columns)}) s
     GROUP BY k.n, k.id HAVING (count(DISTINCT (s.scope, s.native)) > 1 OR bool_or(s.duplicate_span IS NOT NULL))
       AND (k.id IS NOT NULL OR bool_or(s.response_id IS NULL))`,
    valuesOf(
      teamId,
      groups.map(({ window }) => window),
    ),
  )
  return rows.flatMap(({ n }) => groups[Number(n) - 1]?.parts ?? [])
}

/** The calls in these windows, each once; `marked` = only those that are taken for another. */
export const callsIn = async (
  client: Pool | PoolClient,
  teamId: string,
  windows: readonly CallWindow[],
  only: 'all' | 'marked' = 'all',
): Promise<SpanNode[]> => {
  const ids = joined(windows.filter((w) => w.responseId !== null)).map(({ window }) => window)
  const marked = only === 'marked' ? ' AND f.duplicate_span IS NOT NULL' : ''
  const found = [BY_ID, BY_COUNTS].map((match) => calls(match + marked, 'f.day, f.trace_id, f.span_id'))
  const { rows } = await client.query<Record<string, unknown>>(
    `SELECT ${SPAN_SELECT} FROM (
       SELECT DISTINCT f.day, f.trace_id, f.span_id FROM ${WINDOWS} CROSS JOIN LATERAL (${found.join(' UNION ALL ')}) f
     ) k CROSS JOIN LATERAL (SELECT * FROM span f WHERE f.team_id = $1 AND f.day = k.day AND f.day BETWEEN $11::date AND $12::date
       AND f.trace_id = k.trace_id AND f.span_id = k.span_id LIMIT 1) s`,
    valuesOf(teamId, [...ids, ...windows.filter((w) => w.responseId === null)]),
  )
  return rows.map(toNode)
}
