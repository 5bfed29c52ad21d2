import 'server-only'
import type { Pool, PoolClient } from 'pg'
import { log } from '@/lib/core/log'
import { DomainError } from '@/lib/core/errors'
import { dayOf } from '@/lib/core/micros'
import { endAggregate } from '@/lib/ingest/aggregate-rules'
import { tracesOf, writeAmended } from '@/lib/ingest/amend'
import { billedElsewhere, LONGEST_CALL_US, markDuplicate, settleDuplicates } from '@/lib/ingest/same-call'
import type { SettledTrace } from '@/lib/ingest/settle'
import type { SpanNode } from '@/lib/ingest/span-node'
import { callsIn, windowsOf, windowsToSettle, type CallWindow } from '@/lib/ingest/store/same-calls'
import { lockStoredTraces, spansById, wholeTraces } from '@/lib/ingest/store/spans'
import { retried } from '@/lib/ingest/transaction'

/** More calls under one id at one moment are a test double's or a proxy's: such an id proves nothing. */
const MOST_CALLS = 500
/** Windows settled in one transaction: bounds its locks and what it holds in memory. */
const WINDOWS_AT_ONCE = 128
/** Hops from call to call, each tied to the next by an id or by counts. */
const MOST_HOPS = 32
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
  const windows = [...windowsOf(nodes).values()]
  if (windows.length === 0) return
  const open = await windowsToSettle(pool, teamId, windows)
  for (let at = 0; at < open.length; at += WINDOWS_AT_ONCE) {
    await settleWindows(pool, teamId, open.slice(at, at + WINDOWS_AT_ONCE), now)
  }
}

/** Settles all calls tied to these windows; where those are too many for one go, to one half after the other. */
const settleWindows = async (pool: Pool, teamId: string, windows: readonly CallWindow[], now: Date): Promise<void> => {
  const calls = await connected(pool, teamId, windows)
  const traceIds = new Set(calls?.map((call) => call.traceId))
  for (let round = 1; calls; round++) {
    const done = await retried(pool, (client) => settle(client, teamId, windows, traceIds, now))
    if (done === undefined) break
    if (!Array.isArray(done)) {
      done()
      return
    }
    if (round > ROUNDS) {
      throw new DomainError('unavailable', 'One call keeps showing up in new traces. Send it again.', {
        retryAfterSec: 2,
      })
    }
    for (const traceId of done) traceIds.add(traceId)
  }
  if (windows.length === 1) {
    await keepApart(pool, teamId, windows, now)
    return
  }
  const half = Math.ceil(windows.length / 2)
  await settleWindows(pool, teamId, windows.slice(0, half), now)
  await settleWindows(pool, teamId, windows.slice(half), now)
}

/**
 * Settles the calls if all of their traces are locked; else answers the traces that came in between. Undefined when the
 * calls have become too many.
 */
const settle = async (
  client: PoolClient,
  teamId: string,
  windows: readonly CallWindow[],
  traceIds: ReadonlySet<string>,
  now: Date,
): Promise<string[] | (() => void) | undefined> => {
  const traces = tracesOf(await lockStoredTraces(client, teamId, [...traceIds]))
  const calls = await connected(client, teamId, windows)
  if (!calls) return undefined
  const missing = calls.filter((call) => !traces.has(call.traceId)).map((call) => call.traceId)
  if (missing.length > 0) return missing
  const days = [...new Set([...traces.values()].flatMap(({ header }) => header.days))]
  await load(client, teamId, traces, calls)
  settleDuplicates(traces, await withoutLostOnes(client, teamId, calls))
  const ended = [...billedElsewhere(calls)].flatMap((traceId) => traces.get(traceId) ?? [])
  const aggregated = ended.filter(({ header }) => header.aggregated).map(({ header }) => header.traceId)
  if (aggregated.length > 0) {
    for (const node of await wholeTraces(client, teamId, days, aggregated)) traces.get(node.traceId)?.graph.load(node)
  }
  for (const trace of ended) {
    if (trace.header.modelUsage) continue
    if (trace.header.aggregated) endAggregate(trace.graph)
    Object.assign(trace.header, { modelUsage: true, aggregated: false, aggregateDue: false })
    trace.headerChanged = true
  }
  return writeAmended(client, teamId, traces, now)
}

/** Loads the calls, and the model calls above them, from which they may borrow. */
const load = async (
  client: PoolClient,
  teamId: string,
  traces: ReadonlyMap<string, SettledTrace>,
  calls: readonly SpanNode[],
): Promise<void> => {
  const days = [...new Set([...traces.values()].flatMap(({ header }) => header.days))]
  const above = calls.flatMap(({ traceId, modelParent }) =>
    modelParent === null ? [] : [{ traceId, spanId: modelParent }],
  )
  for (const node of calls) traces.get(node.traceId)?.graph.load(node)
  if (above.length === 0) return
  for (const node of await spansById(client, teamId, days, above)) traces.get(node.traceId)?.graph.load(node)
}

/** A call whose survivor is past retention stays what it was counted as. */
const withoutLostOnes = async (
  client: PoolClient,
  teamId: string,
  calls: readonly SpanNode[],
): Promise<readonly SpanNode[]> => {
  const key = (traceId: string | null, spanId: string | null): string => JSON.stringify([traceId, spanId])
  const known = new Set(calls.map((call) => key(call.traceId, call.spanId)))
  const away = calls.flatMap(({ startUs, duplicateTrace: traceId, duplicateSpan: spanId }) =>
    traceId === null || spanId === null || known.has(key(traceId, spanId)) ? [] : [{ startUs, traceId, spanId }],
  )
  if (away.length === 0) return calls
  const near = [-LONGEST_CALL_US, 0, LONGEST_CALL_US]
  const days = [...new Set(away.flatMap(({ startUs }) => near.map((us) => dayOf(startUs + us))))]
  for (const node of await spansById(client, teamId, days, away)) known.add(key(node.traceId, node.spanId))
  return calls.filter((call) => call.duplicateSpan === null || known.has(key(call.duplicateTrace, call.duplicateSpan)))
}

/** Every call that chance or design ties to one in the windows, by id or counts; undefined when there are too many. */
const connected = async (
  client: Pool | PoolClient,
  teamId: string,
  windows: readonly CallWindow[],
): Promise<SpanNode[] | undefined> => {
  const calls = new Map<string, SpanNode>()
  const asked = new Set<string>()
  let open = windows
  for (let hop = 1; open.length > 0; hop++) {
    for (const call of await callsIn(client, teamId, open)) calls.set(`${call.traceId}\n${call.spanId}`, call)
    if (calls.size > MOST_CALLS || hop > MOST_HOPS) return undefined
    const further = [...windowsOf(calls.values())].filter(([key]) => !asked.has(key))
    for (const [key] of further) asked.add(key)
    const wider = further.map(([, window]) => window)
    const doubtful = wider.filter((window) => !isSure(window))
    open = [...wider.filter(isSure), ...(await windowsToSettle(client, teamId, doubtful))]
  }
  return [...calls.values()]
}

/** Counts tie a call that has an id to those without one only: mostly there are none, which is cheap to find out. */
const isSure = ({ responseId, isNamed }: CallWindow): boolean => responseId !== null || !isNamed

/** Too many calls share an id at one moment: none of them is taken for another, those that were before neither. */
const keepApart = async (pool: Pool, teamId: string, windows: readonly CallWindow[], now: Date): Promise<void> => {
  log.warn({ teamId }, 'too many calls share a response id: none is taken for another')
  let open = windows
  while (open.length > 0) {
    const marked = await callsIn(pool, teamId, open, 'marked')
    if (marked.length === 0) return
    const remember = await retried(pool, async (client) => {
      const headers = await lockStoredTraces(client, teamId, [...new Set(marked.map((call) => call.traceId))])
      const traces = tracesOf(headers)
      const days = [...new Set(headers.flatMap((header) => header.days))]
      const calls = await spansById(client, teamId, days, marked)
      await load(client, teamId, traces, calls)
      for (const node of calls) {
        const graph = traces.get(node.traceId)?.graph
        if (graph) markDuplicate(graph, node, null)
      }
      return writeAmended(client, teamId, traces, now)
    })
    remember()
    open = [...windowsOf(marked).values()]
  }
}
