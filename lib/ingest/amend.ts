import 'server-only'
import type { PoolClient } from 'pg'
import { fromDate } from '@/lib/core/micros'
import { settleCosts } from '@/lib/ingest/cost-rules'
import { moveLedger } from '@/lib/ingest/ledger'
import type { SettledTrace } from '@/lib/ingest/settle'
import { rememberSeries } from '@/lib/ingest/store/rollups'
import { updateSpans, updateTraces, type TraceHeader } from '@/lib/ingest/store/spans'
import { TraceGraph } from '@/lib/ingest/trace-graph'

/** Traces whose headers the caller holds locked, without spans yet. */
export const tracesOf = (headers: readonly TraceHeader[]): Map<string, SettledTrace> =>
  new Map(
    headers.map((header) => [
      header.traceId,
      { header, graph: new TraceGraph(header.traceId, header.mode), headerChanged: false },
    ]),
  )

/**
 * Writes what was changed on stored spans of locked traces, and moves totals and roll-ups by the difference. Answers what
 * to do after the commit.
 */
export const writeAmended = async (
  client: PoolClient,
  teamId: string,
  traces: ReadonlyMap<string, SettledTrace>,
  now: Date,
): Promise<() => void> => {
  const days = [...new Set([...traces.values()].flatMap(({ header }) => header.days))]
  for (const { graph } of traces.values()) settleCosts(graph)
  const changed = [...traces.values()].flatMap(({ graph }) => graph.changed())
  await updateSpans(client, teamId, days, changed)
  await updateTraces(
    client,
    teamId,
    [...traces.values()].filter(({ headerChanged }) => headerChanged).map(({ header }) => header),
  )
  if (changed.length === 0) return () => {}
  const { delta } = await moveLedger(client, teamId, traces, days, [], fromDate(now))
  return () => rememberSeries(teamId, delta)
}
