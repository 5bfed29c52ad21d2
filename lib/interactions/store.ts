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

/** The user's interactions; their traces are locked first and then they, each in order, as ingest does. */
export const lockInteractionsOf = async (tx: Tx, teamId: string, userId: string): Promise<string[]> => {
  const found = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM interaction WHERE team_id = ${teamId} AND user_id = ${userId} ORDER BY id LIMIT ${ERASE_BATCH}`
  const ids = found.map((row) => row.id)
  await tx.$queryRaw`
    SELECT h.trace_id FROM trace h WHERE h.team_id = ${teamId} AND h.trace_id IN
      (SELECT t.trace_id FROM turn t WHERE t.team_id = ${teamId} AND t.interaction_id = ANY(${ids}::text[]))
    ORDER BY h.trace_id FOR UPDATE`
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM interaction WHERE team_id = ${teamId} AND id = ANY(${ids}::text[]) AND user_id = ${userId}
    ORDER BY id FOR UPDATE`
  return rows.map((row) => row.id)
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
