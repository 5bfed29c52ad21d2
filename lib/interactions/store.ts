import 'server-only'
import type { Tx } from '@/lib/core/db'
import { nextDay } from '@/lib/core/micros'
import { Prisma } from '@/lib/core/generated/prisma/client'

/** Interactions of one user erased in one go; more are erased by calling again. */
export const ERASE_BATCH = 5_000

/** What spans told, without the user and the outcome's reason; the same text as on the spans, which the recount compares. */
const told = Prisma.sql`
  CASE WHEN inferred->'outcome' IS NULL THEN inferred - 'userId'
  ELSE jsonb_set(inferred - 'userId', '{outcome,0}', to_jsonb(((inferred->'outcome'->>0)::jsonb || '{"reason": null}')::text)) END`

/** What of a user is erased in one go. */
export type Erasable = {
  interactions: string[]
  /** Spans of no interaction of his: those that name him in none, and other places of his calls (wire.md 4.3). */
  spans: { day: string; traceId: string; spanId: string }[]
}

/** The user's interactions and other spans; their traces are locked first and then they, each in order, as ingest does. */
export const lockErasable = async (tx: Tx, teamId: string, userId: string): Promise<Erasable> => {
  const found = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM interaction WHERE team_id = ${teamId} AND user_id = ${userId} ORDER BY id LIMIT ${ERASE_BATCH}`
  const ids = found.map((row) => row.id)
  const others = await otherSpans(tx, teamId, userId, ids)
  await tx.$queryRaw`
    SELECT h.trace_id FROM trace h WHERE h.team_id = ${teamId} AND (h.trace_id = ANY(${others.map((s) => s.traceId)}::text[]) OR h.trace_id IN
      (SELECT t.trace_id FROM turn t WHERE t.team_id = ${teamId} AND t.interaction_id = ANY(${ids}::text[])))
    ORDER BY h.trace_id FOR UPDATE`
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM interaction WHERE team_id = ${teamId} AND id = ANY(${ids}::text[]) AND user_id = ${userId}
    ORDER BY id FOR UPDATE`
  return { interactions: rows.map((row) => row.id), spans: others }
}

/** Read twice around the spans: by the indexes of migration 0009, since the days of such spans are known to nobody. */
const otherSpans = (tx: Tx, teamId: string, userId: string, ids: readonly string[]): Promise<Erasable['spans']> =>
  tx.$queryRaw<Erasable['spans']>`
    WITH mine AS (
      SELECT s.trace_id, s.span_id, s.duplicate_trace, s.duplicate_span FROM turn t
      JOIN trace h ON h.team_id = t.team_id AND h.trace_id = t.trace_id
      CROSS JOIN LATERAL (SELECT * FROM span f WHERE f.team_id = ${teamId} AND f.day = ANY(h.days) AND f.trace_id = h.trace_id
        AND f.kind IN ('llm', 'embedding') OFFSET 0) s
      WHERE t.team_id = ${teamId} AND t.interaction_id = ANY(${[...ids]}::text[])
        AND coalesce(s.interaction_id, s.inherited_interaction, h.interaction_id) = t.interaction_id
    ), billed AS (
      SELECT DISTINCT coalesce(duplicate_trace, trace_id) AS trace_id, coalesce(duplicate_span, span_id) AS span_id FROM mine
    ), places AS (
      SELECT d.day, d.trace_id, d.span_id FROM billed b CROSS JOIN LATERAL (
        SELECT f.day, f.trace_id, f.span_id FROM span f WHERE f.team_id || '/' || f.duplicate_trace = ${teamId} || '/' || b.trace_id
          AND f.duplicate_trace IS NOT NULL AND f.duplicate_span = b.span_id OFFSET 0) d
      UNION
      SELECT s.day, s.trace_id, s.span_id FROM billed b JOIN trace h ON h.team_id = ${teamId} AND h.trace_id = b.trace_id
      CROSS JOIN LATERAL (SELECT f.day, f.trace_id, f.span_id FROM span f WHERE f.team_id = ${teamId} AND f.day = ANY(h.days)
        AND f.trace_id = b.trace_id AND f.span_id = b.span_id OFFSET 0) s
      WHERE (b.trace_id, b.span_id) NOT IN (SELECT m.trace_id, m.span_id FROM mine m)
    ), named AS (
      SELECT f.day, f.trace_id, f.span_id FROM span f JOIN trace h ON h.team_id = f.team_id AND h.trace_id = f.trace_id
      WHERE f.team_id || '/' || f.user_id = ${teamId} || '/' || ${userId} AND f.user_id IS NOT NULL
        AND coalesce(f.interaction_id, f.inherited_interaction, h.interaction_id) IS NULL
      LIMIT ${ERASE_BATCH}
    )
    SELECT day::text AS day, trace_id AS "traceId", span_id AS "spanId" FROM (
      SELECT * FROM named UNION SELECT p.* FROM places p WHERE NOT EXISTS (
        SELECT 1 FROM mine m WHERE m.trace_id = p.trace_id AND m.span_id = p.span_id)) o`

/** Empties these spans of texts, and of the user's name where no interaction counts by it. Answers the payloads deleted. */
export const eraseSpans = async (tx: Tx, teamId: string, spans: Erasable['spans'], userId: string): Promise<number> => {
  if (spans.length === 0) return 0
  const days = [...new Set(spans.map((span) => span.day))]
  const keys = Prisma.sql`unnest(${spans.map((s) => s.day)}::date[], ${spans.map((s) => s.traceId)}::text[],
    ${spans.map((s) => s.spanId)}::text[]) AS k(day, trace_id, span_id)`
  await tx.$executeRaw`
    UPDATE span s SET status_message = NULL, flags = array_append(array_remove(s.flags, 'erased'), 'erased'),
      user_id = CASE WHEN o.is_alone AND s.user_id = ${userId} THEN NULL ELSE s.user_id END,
      outcome = CASE WHEN o.is_alone THEN (s.outcome::jsonb || '{"reason": null}')::text ELSE s.outcome END
    FROM ${keys} JOIN span f ON f.team_id = ${teamId} AND f.day = ANY(${days}::date[]) AND f.day = k.day AND f.trace_id = k.trace_id AND f.span_id = k.span_id
    JOIN trace h ON h.team_id = ${teamId} AND h.trace_id = k.trace_id
    CROSS JOIN LATERAL (SELECT coalesce(f.interaction_id, f.inherited_interaction, h.interaction_id) IS NULL AS is_alone) o
    WHERE s.team_id = ${teamId} AND s.day = ANY(${days}::date[]) AND s.day = k.day AND s.trace_id = k.trace_id AND s.span_id = k.span_id`
  return tx.$executeRaw`
    DELETE FROM span_payload p USING ${keys} WHERE p.team_id = ${teamId} AND p.day = ANY(${[...days, ...days.map(nextDay)]}::date[])
      AND p.day IN (k.day, k.day + 1) AND p.trace_id = k.trace_id AND p.span_id = k.span_id`
}

/**
 * Takes what these interactions said out of the database: payloads go, texts and the user's name are blanked. What was
 * counted stays: spans keep times, tokens and cost, and the user counts on under a pseudonym. Answers the payloads deleted.
 */
export const eraseInteractions = async (
  tx: Tx,
  teamId: string,
  ids: readonly string[],
  userId: string,
  pseudonym: string,
): Promise<number> => {
  const traces = await tx.$queryRaw<{ trace_id: string; days: string[] }[]>`
    SELECT DISTINCT h.trace_id, h.days::text[] AS days FROM turn t JOIN trace h ON h.team_id = t.team_id AND h.trace_id = t.trace_id
    WHERE t.team_id = ${teamId} AND t.interaction_id = ANY(${[...ids]}::text[])`
  const traceIds = traces.map((trace) => trace.trace_id)
  const days = [...new Set(traces.flatMap((trace) => trace.days))]
  const spans = await tx.$executeRaw`
    UPDATE span s SET status_message = NULL, user_id = NULL, outcome = (s.outcome::jsonb || '{"reason": null}')::text,
      flags = array_append(array_remove(s.flags, 'erased'), 'erased') FROM trace h
    WHERE h.team_id = s.team_id AND h.trace_id = s.trace_id AND s.team_id = ${teamId} AND s.day = ANY(${days}::date[])
      AND s.trace_id = ANY(${traceIds}::text[])
      AND coalesce(s.interaction_id, s.inherited_interaction, h.interaction_id) = ANY(${[...ids]}::text[])`
  const payloads =
    spans === 0
      ? 0
      : await tx.$executeRaw`
    DELETE FROM span_payload p USING span s
    WHERE s.team_id = p.team_id AND p.day IN (s.day, s.day + 1) AND s.trace_id = p.trace_id AND s.span_id = p.span_id
      AND p.team_id = ${teamId} AND p.day = ANY(${[...days, ...days.map(nextDay)]}::date[]) AND s.day = ANY(${days}::date[])
      AND p.trace_id = ANY(${traceIds}::text[]) AND s.trace_id = ANY(${traceIds}::text[]) AND 'erased' = ANY(s.flags)`
  // The days of these interactions move to the pseudonym, row by row: the user's others still count under the old name.
  await tx.$executeRaw`
    WITH days AS (
      SELECT (started_at AT TIME ZONE 'UTC')::date AS day, coalesce(agent, '') AS agent, count(*) AS n
      FROM interaction WHERE team_id = ${teamId} AND id = ANY(${[...ids]}::text[]) AND started_at IS NOT NULL GROUP BY 1, 2
    ), taken AS (
      UPDATE user_day u SET interactions = u.interactions - d.n FROM days d
      WHERE u.team_id = ${teamId} AND u.user_id = ${userId} AND u.day = d.day AND u.agent = d.agent
    )
    INSERT INTO user_day (team_id, day, agent, user_id, interactions)
    SELECT ${teamId}, day, agent, ${pseudonym}, n FROM days`
  await tx.$executeRaw`DELETE FROM user_day WHERE team_id = ${teamId} AND user_id = ${userId} AND interactions = 0`
  await tx.$executeRaw`
    UPDATE interaction SET user_id = ${pseudonym}, given = jsonb_set(given, '{userId}', to_jsonb(${pseudonym}::text)), outcome_reason = NULL,
      given_outcome = given_outcome || '{"reason": null}', inferred = ${told}
    WHERE team_id = ${teamId} AND id = ANY(${[...ids]}::text[])`
  await tx.$executeRaw`
    UPDATE turn SET inferred = ${told} WHERE team_id = ${teamId} AND interaction_id = ANY(${[...ids]}::text[])`
  await tx.$executeRaw`
    UPDATE score SET comment = NULL WHERE team_id = ${teamId} AND interaction_id = ANY(${[...ids]}::text[])`
  return payloads
}
