import 'server-only'
import type { PoolClient } from 'pg'
import { toIso, type Micros } from '@/lib/core/micros'

export type ScoreRow = {
  id: string
  interactionId: string | null
  traceId: string | null
  spanId: string | null
  name: string
  value: number | null
  label: string | null
  source: string
  comment: string | null
  atUs: Micros
}

/**
 * Later `at` wins, equal `at`: the later arrival. `dated`: ids whose `at` was given, so that the same again at a later
 * time moves it; without one the time is the arrival, and the same again says nothing new. Answers the ids that were
 * written; the others changed nothing.
 */
export const writeScores = async (
  client: PoolClient,
  teamId: string,
  scores: readonly ScoreRow[],
  dated: readonly string[],
  nowUs: Micros,
): Promise<Set<string>> => {
  if (scores.length === 0) return new Set()
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO score AS s (team_id, id, interaction_id, trace_id, span_id, name, value, label, source, comment, at, received_at)
     SELECT $1, k.id, k.interaction_id, k.trace_id, k.span_id, k.name, k.value, k.label, k.source, k.comment, k.at, $12
     FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::float8[], $8::text[], $9::text[],
       $10::text[], $11::timestamptz[])
       AS k(id, interaction_id, trace_id, span_id, name, value, label, source, comment, at)
     ORDER BY k.id
     ON CONFLICT (team_id, id) DO UPDATE SET value = excluded.value, label = excluded.label, comment = excluded.comment,
       at = excluded.at, received_at = excluded.received_at
     WHERE excluded.at >= s.at
       AND ((s.value, s.label, s.comment) IS DISTINCT FROM (excluded.value, excluded.label, excluded.comment)
         OR (excluded.at > s.at AND excluded.id = ANY($13::text[])))
     RETURNING id`,
    [
      teamId,
      scores.map((s) => s.id),
      scores.map((s) => s.interactionId),
      scores.map((s) => s.traceId),
      scores.map((s) => s.spanId),
      scores.map((s) => s.name),
      scores.map((s) => s.value),
      scores.map((s) => s.label),
      scores.map((s) => s.source),
      scores.map((s) => s.comment),
      scores.map((s) => toIso(s.atUs)),
      toIso(nowUs),
      dated,
    ],
  )
  return new Set(rows.map((row) => row.id))
}

/** A score that names a span but no trace is looked up within its interaction; what is not found stays without a trace. */
export const scoredSpans = async (
  client: PoolClient,
  teamId: string,
  items: readonly { score: ScoreRow; spanLookup: boolean }[],
): Promise<void> => {
  const open = items.map((item) => (item.spanLookup ? item.score : null)).filter((score) => score !== null)
  if (open.length === 0) return
  const { rows } = await client.query<{ interaction_id: string; span_id: string; trace_id: string }>(
    `SELECT DISTINCT ON (k.interaction_id, k.span_id) k.interaction_id, k.span_id, s.trace_id
     FROM unnest($2::text[], $3::text[]) AS k(interaction_id, span_id)
     JOIN turn t ON t.team_id = $1 AND t.interaction_id = k.interaction_id
     JOIN trace h ON h.team_id = $1 AND h.trace_id = t.trace_id
     JOIN span s ON s.team_id = $1 AND s.day = ANY(h.days) AND s.trace_id = t.trace_id AND s.span_id = k.span_id
     ORDER BY k.interaction_id, k.span_id, t.first_start`,
    [teamId, open.map((score) => score.interactionId), open.map((score) => score.spanId)],
  )
  for (const score of open) {
    const found = rows.find((row) => row.interaction_id === score.interactionId && row.span_id === score.spanId)
    if (found) score.traceId = found.trace_id
  }
}
