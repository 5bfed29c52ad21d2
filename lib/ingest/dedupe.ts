import 'server-only'
import type { Pool, PoolClient } from 'pg'
import { log } from '@/lib/core/log'
import { DomainError } from '@/lib/core/errors'
import { tracesOf, writeAmended } from '@/lib/ingest/amend'
import { settleDuplicates } from '@/lib/ingest/same-call'
import type { SpanNode } from '@/lib/ingest/span-node'
import { callsIn, windowsOf, windowsOfSeveralScopes, type CallWindow } from '@/lib/ingest/store/same-calls'
import { lockStoredTraces, spansById } from '@/lib/ingest/store/spans'
import { retried } from '@/lib/ingest/transaction'

/** More calls under one id at one time are a test double's or a proxy's: such an id proves nothing. */
const MOST_CALLS = 500
const ROUNDS = 8

/**
 * After a batch is committed and before it is answered: looks whether calls of it stand in another scope too, and if so
 * settles all of them under the locks of their traces (wire.md 4.3). Of two batches that bring one call each, the one
 * that commits later sees both; so nothing has to be locked before (docs/decisions/0009-one-call-in-two-places.md).
 */
export const settleSameCalls = async (
  pool: Pool,
  teamId: string,
  nodes: readonly SpanNode[],
  now: Date,
): Promise<void> => {
  const windows = windowsOf(nodes)
  if (windows.length === 0) return
  const shared = await windowsOfSeveralScopes(pool, teamId, windows)
  if (shared.length === 0) return
  const calls = await connected(pool, teamId, shared)
  const traceIds = new Set(calls?.map((call) => call.traceId))
  for (let round = 1; calls; round++) {
    const done = await retried(pool, (client) => settle(client, teamId, shared, traceIds, now))
    if (Array.isArray(done)) {
      if (round > ROUNDS) {
        throw new DomainError('unavailable', 'One call keeps showing up in new traces. Send it again.', {
          retryAfterSec: 2,
        })
      }
      for (const traceId of done) traceIds.add(traceId)
      continue
    }
    done()
    return
  }
}

/** Settles the calls if all of their traces are locked; else answers the traces that came in between. */
const settle = async (
  client: PoolClient,
  teamId: string,
  windows: readonly CallWindow[],
  traceIds: ReadonlySet<string>,
  now: Date,
): Promise<string[] | (() => void)> => {
  const traces = tracesOf(await lockStoredTraces(client, teamId, [...traceIds]))
  const calls = await connected(client, teamId, windows)
  if (!calls) return () => {}
  const missing = calls.filter((call) => !traces.has(call.traceId)).map((call) => call.traceId)
  if (missing.length > 0) return missing
  const days = [...new Set([...traces.values()].flatMap(({ header }) => header.days))]
  const above = calls.flatMap(({ traceId, modelParent }) =>
    modelParent === null ? [] : [{ traceId, spanId: modelParent }],
  )
  for (const node of calls) traces.get(node.traceId)?.graph.load(node)
  if (above.length > 0) {
    for (const node of await spansById(client, teamId, days, above)) traces.get(node.traceId)?.graph.load(node)
  }
  settleDuplicates(traces, calls)
  return writeAmended(client, teamId, traces, now)
}

/** Every call that chance or design ties to one in the windows, by id or counts; undefined when there are too many. */
const connected = async (
  client: Pool | PoolClient,
  teamId: string,
  windows: readonly CallWindow[],
): Promise<SpanNode[] | undefined> => {
  let open = windows
  for (let round = 1; ; round++) {
    const calls = await callsIn(client, teamId, open)
    if (calls.length > MOST_CALLS || round > ROUNDS) {
      log.warn({ teamId, calls: calls.length }, 'too many calls share a response id: none is taken for another')
      return undefined
    }
    const wider = windowsOf(calls)
    const bounds = (list: readonly CallWindow[]): string =>
      list.map((w) => JSON.stringify(w)).sort().join() // prettier-ignore
    if (bounds(wider) === bounds(open)) return calls
    open = wider
  }
}
