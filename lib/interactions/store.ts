import 'server-only'
import type { Tx } from '@/lib/core/db'

/** Interactions of one user erased in one go; more are erased by calling again. */
export const ERASE_BATCH = 5_000

/** The user's interactions, locked in order of id. */
export const lockInteractionsOf = async (tx: Tx, teamId: string, userId: string): Promise<string[]> => {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM interaction WHERE team_id = ${teamId} AND user_id = ${userId} ORDER BY id LIMIT ${ERASE_BATCH} FOR UPDATE`
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
    UPDATE span s SET status_message = NULL, flags = array_append(array_remove(s.flags, 'erased'), 'erased') FROM trace h
    WHERE h.team_id = s.team_id AND h.trace_id = s.trace_id AND s.team_id = ${teamId} AND s.day = ANY(${days}::date[])
      AND s.trace_id = ANY(${traceIds}::text[])
      AND coalesce(s.interaction_id, s.inherited_interaction, h.interaction_id) = ANY(${[...ids]}::text[])`
  const payloads =
    spans === 0
      ? 0
      : await tx.$executeRaw`
    DELETE FROM span_payload p USING span s
    WHERE s.team_id = p.team_id AND s.day = p.day AND s.trace_id = p.trace_id AND s.span_id = p.span_id
      AND p.team_id = ${teamId} AND p.day = ANY(${days}::date[]) AND s.day = ANY(${days}::date[])
      AND p.trace_id = ANY(${traceIds}::text[]) AND s.trace_id = ANY(${traceIds}::text[]) AND 'erased' = ANY(s.flags)`
  await tx.$executeRaw`
    UPDATE interaction SET user_id = ${pseudonym}, given = jsonb_set(given, '{userId}', to_jsonb(${pseudonym}::text)), outcome_reason = NULL
    WHERE team_id = ${teamId} AND id = ANY(${[...ids]}::text[])`
  await tx.$executeRaw`
    UPDATE score SET comment = NULL WHERE team_id = ${teamId} AND interaction_id = ANY(${[...ids]}::text[])`
  await tx.$executeRaw`
    UPDATE user_day SET user_id = ${pseudonym} WHERE team_id = ${teamId} AND user_id = ${userId}`
  return payloads
}
