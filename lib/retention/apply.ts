import 'server-only'
import type { Pool } from 'pg'
import { log } from '@/lib/core/log'
import { RETENTION } from '@/lib/retention/queries'
import type { Retention } from '@/lib/retention/schema'
import { dropAuditBodies } from '@/lib/retention/store'

const DAY_MS = 86_400_000
/** Rows of tables without partitions go in batches of this size, so that no lock is held for long. */
const BATCH = 1_000
/** Batches of one round; the next round goes on. */
const MAX_BATCHES = 200
/** Partitions of one table in one round, each in a transaction of its own. */
const MAX_PARTITIONS = 200

/**
 * One round of the worker: drops what is past retention. `owner` is the owner's pool. Answers the names of dropped
 * partitions and how many headers and interactions were thinned. Off until an administrator sets it.
 */
export const applyRetention = async (
  owner: Pool,
  now: Date,
): Promise<{ partitions: string[]; traces: number; interactions: number }> => {
  const { rows } = await owner.query<Retention>(RETENTION)
  const { payloadDays = null, spanDays = null, auditBodyDays = null } = rows[0] ?? {}
  const partitions: string[] = []
  if (auditBodyDays !== null) partitions.push(...(await dropAuditBodies(owner, now, auditBodyDays)))
  const cutoff = (days: number): Date => new Date(now.getTime() - days * DAY_MS)
  const drop = async (table: string, days: number | null): Promise<void> => {
    if (days === null) return
    for (let n = 0; n < MAX_PARTITIONS; n++) {
      const { rows } = await owner.query<{ name: string | null }>(
        'SELECT drop_expired_span_partition($1, $2) AS name',
        [table, cutoff(days)],
      )
      const name = rows[0]?.name
      if (name == null) return
      partitions.push(name)
    }
  }
  // Payloads never outlive their spans.
  await drop('span_payload', payloadDays ?? spanDays)
  await drop('span', spanDays)
  const traces = spanDays === null ? 0 : await inBatches(owner, THIN_TRACES, cutoff(spanDays))
  const interactions = spanDays === null ? 0 : await inBatches(owner, THIN_INTERACTIONS, cutoff(spanDays))
  if (partitions.length > 0) log.info({ partitions, traces, interactions }, 'retention applied')
  return { partitions, traces, interactions }
}

const inBatches = async (owner: Pool, text: string, cutoff: Date): Promise<number> => {
  let total = 0
  for (let batch = 0; batch < MAX_BATCHES; batch++) {
    const { rows } = await owner.query<{ n: number }>(text, [cutoff, BATCH])
    const n = rows[0]?.n ?? 0
    total += n
    if (n < BATCH) break
  }
  return total
}

/** A header goes when no partition is left that could hold one of its spans; a later resend would count anew. */
const THIN_TRACES = `WITH gone AS (
    SELECT t.team_id, t.trace_id FROM trace t
    WHERE t.last_received_at < $1 AND NOT EXISTS (
      SELECT 1 FROM span_partition p, unnest(t.days) AS d WHERE p.relation = 'span' AND d >= p.low AND d < p.high)
    LIMIT $2 FOR UPDATE SKIP LOCKED
  ), turns AS (
    DELETE FROM turn u USING gone g WHERE u.team_id = g.team_id AND u.trace_id = g.trace_id
  ), headers AS (
    DELETE FROM trace t USING gone g WHERE t.team_id = g.team_id AND t.trace_id = g.trace_id RETURNING 1
  ) SELECT count(*)::int AS n FROM headers`

/**
 * An interaction goes with the last of its traces, when nothing has changed it since; its sums stay in the roll-ups. A row
 * that an ingest has changed meanwhile is read again under the lock, and its `received_at` keeps it.
 */
const THIN_INTERACTIONS = `WITH gone AS (
    SELECT i.team_id, i.id FROM interaction i
    WHERE i.received_at < $1
      AND NOT EXISTS (SELECT 1 FROM turn u WHERE u.team_id = i.team_id AND u.interaction_id = i.id)
    LIMIT $2 FOR UPDATE SKIP LOCKED
  ), totals AS (
    DELETE FROM interaction_total t USING gone g WHERE t.team_id = g.team_id AND t.interaction_id = g.id
  ), spend AS (
    DELETE FROM interaction_spend t USING gone g WHERE t.team_id = g.team_id AND t.interaction_id = g.id
  ), scores AS (
    DELETE FROM score t USING gone g WHERE t.team_id = g.team_id AND t.interaction_id = g.id
  ), rows AS (
    DELETE FROM interaction i USING gone g WHERE i.team_id = g.team_id AND i.id = g.id RETURNING 1
  ) SELECT count(*)::int AS n FROM rows`
