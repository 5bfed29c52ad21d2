import 'server-only'
import type { Pool } from 'pg'
import { settleAggregates } from '@/lib/ingest/aggregate-rules'
import { tracesOf, writeAmended } from '@/lib/ingest/amend'
import { lockStoredTraces, wholeTraces } from '@/lib/ingest/store/spans'
import { retried } from '@/lib/ingest/transaction'

/** A trace is silent when nothing of it has arrived for this long. */
export const SILENCE_MS = 120_000
/** Traces looked at in one go of the worker; what is left waits for the next. */
const BATCH = 500

/**
 * Prices the agent spans of silent traces in which no model call reports usage (wire.md 4.4), each trace in a transaction
 * of its own. Answers how many were looked at. Safe to run twice and beside ingest.
 */
export const settleDueAggregates = async (pool: Pool, now: Date): Promise<number> => {
  const before = new Date(now.getTime() - SILENCE_MS)
  const { rows } = await pool.query<{ team: string; trace: string }>(
    `SELECT team_id AS team, trace_id AS trace FROM trace WHERE aggregate_due AND last_received_at <= $1
     ORDER BY last_received_at LIMIT ${BATCH}`,
    [before],
  )
  for (const { team, trace } of rows) await settleTrace(pool, team, trace, now)
  return rows.length
}

const settleTrace = async (pool: Pool, teamId: string, traceId: string, now: Date): Promise<void> => {
  const remember = await retried(pool, async (client) => {
    const traces = tracesOf(await lockStoredTraces(client, teamId, [traceId]))
    const trace = traces.get(traceId)
    // Looked at meanwhile, or a model call has come: then nothing is due any more.
    if (!trace?.header.aggregateDue) return () => {}
    for (const node of await wholeTraces(client, teamId, trace.header.days, [traceId])) trace.graph.load(node)
    trace.header.aggregated = settleAggregates(trace.graph)
    trace.header.aggregateDue = false
    trace.headerChanged = true
    return writeAmended(client, teamId, traces, now)
  })
  remember()
}
