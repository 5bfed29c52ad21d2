import 'server-only'
import type { PoolClient } from 'pg'
import type { Micros } from '@/lib/core/micros'
import { endAggregate, isAgentWithUsage } from '@/lib/ingest/aggregate-rules'
import { settleCosts } from '@/lib/ingest/cost-rules'
import { fill, lendersAbove, lendUsage, settleFilled, type Filled } from '@/lib/ingest/fill-rules'
import { newCycles, settleLinks } from '@/lib/ingest/leaf-rule'
import { hasUsage, isModelCall, type SpanNode } from '@/lib/ingest/span-node'
import {
  lockTraces,
  MAX_TRACE_DAYS,
  modelBelow,
  modelLine,
  spansAbove,
  spansBelow,
  spansById,
  uncoveredSpans,
  wholeTraces,
  type SpanKey,
  type TraceHeader,
} from '@/lib/ingest/store/spans'
import { TRACE_IS_INTERACTION, TraceGraph, type InteractionMode } from '@/lib/ingest/trace-graph'

export type SettledTrace = { header: TraceHeader; graph: TraceGraph; headerChanged: boolean }
export type SettledSpans = {
  traces: Map<string, SettledTrace>
  /** Per span of the input, in order: what became of it. */
  results: ('created' | 'filled' | 'duplicate' | 'too_many_days')[]
  /** The stored or new node of each span of the input, once. */
  spans: SpanNode[]
  days: string[]
}

/**
 * Locks the traces of the batch, reads the stored spans around the new ones, and settles links, interactions and costs
 * in memory. Nothing but the trace headers is written here.
 */
export const settleSpans = async (
  client: PoolClient,
  teamId: string,
  spans: readonly SpanNode[],
  nowUs: Micros,
): Promise<SettledSpans> => {
  const wanted = new Map<string, Set<string>>()
  for (const span of spans) {
    const days = wanted.get(span.traceId)
    if (days) days.add(span.day)
    else wanted.set(span.traceId, new Set([span.day]))
  }
  const headers = await lockTraces(
    client,
    teamId,
    [...wanted].map(([traceId, days]) => ({ traceId, days: [...days].slice(0, MAX_TRACE_DAYS) })),
    nowUs,
  )
  const traces = new Map<string, SettledTrace>()
  for (const header of headers)
    traces.set(header.traceId, { header, graph: new TraceGraph(header.traceId, header.mode), headerChanged: false })
  const days = [...new Set(headers.flatMap((header) => header.days))]
  const load = (nodes: readonly SpanNode[]): void => {
    for (const node of nodes) traces.get(node.traceId)?.graph.load(node)
  }
  // A trace seen for the first time has nothing around its spans: the common case reads nothing at all.
  const known = new Set(headers.filter((header) => header.spans > 0).map((header) => header.traceId))
  const own = spans.filter((span) => known.has(span.traceId))
  if (own.length > 0) load(await spansById(client, teamId, days, withParents(own)))
  const parentsLoaded = [...traces.values()].flatMap(({ graph }) => [...graph.nodes.values()])

  const { results, filled } = merge(traces, spans)
  const flipped = settleModes(traces, spans)
  if (flipped.length > 0) {
    const nodes = await uncoveredSpans(client, teamId, days, flipped)
    load(nodes)
    for (const node of nodes) {
      const graph = traces.get(node.traceId)?.graph
      if (graph) graph.touch(graph.node(node.spanId))
    }
  }

  const old = [...traces.values()].filter(({ header }) => known.has(header.traceId)).map(({ graph }) => graph)
  const filledIn = byTrace(filled, ({ node }) => node.traceId)
  const parentsIn = byTrace(parentsLoaded, (node) => node.traceId)
  const seeds = old.flatMap((graph) =>
    downSeeds(graph, filledIn.get(graph.traceId) ?? [], parentsIn.get(graph.traceId) ?? []),
  )
  if (seeds.length > 0) load(await spansBelow(client, teamId, days, seeds))
  const lent = [...traces.values()].flatMap(({ graph }) => lendUsage(graph, filledIn.get(graph.traceId) ?? []))
  for (const change of lent) push(filledIn, change.node.traceId, change)
  const climbers = old.flatMap(closers)
  if (climbers.length > 0) load(await spansAbove(client, teamId, days, climbers))
  const cyclic = old.flatMap(wouldCycle)
  if (cyclic.length > 0) {
    load(
      await spansBelow(
        client,
        teamId,
        days,
        cyclic.map((key) => ({ ...key, model: true, interaction: true, all: true })),
      ),
    )
  }
  const lines = [...parentsLoaded, ...lent.map(({ node }) => node)].map((node) => ({
    traceId: node.traceId,
    spanId: node.spanId,
  }))
  if (lines.length > 0 && old.some(touchesModels)) load(await modelLine(client, teamId, days, lines))
  const pressed = old.flatMap((graph) => pressSeeds(graph, filledIn.get(graph.traceId) ?? []))
  if (pressed.length > 0) load(await modelBelow(client, teamId, days, pressed))

  const takenOver = [...traces.values()].filter(noteUsage)
  if (takenOver.length > 0) {
    load(
      await wholeTraces(
        client,
        teamId,
        days,
        takenOver.map(({ header }) => header.traceId),
      ),
    )
  }
  for (const { graph, header } of traces.values()) {
    settleLinks(graph)
    settleFilled(graph, filledIn.get(graph.traceId) ?? [])
    if (header.modelUsage) endAggregate(graph)
    settleCosts(graph)
  }
  const nodes = spans.flatMap((span) => traces.get(span.traceId)?.graph.nodes.get(span.spanId) ?? [])
  return { traces, results, spans: [...new Set(nodes)], days }
}

/**
 * Keeps on the header whether model calls or only agent spans have usage, and whether the worker has to look again.
 * Answers whether model calls take over from an aggregate.
 */
export const noteUsage = (trace: SettledTrace): boolean => {
  const { header, graph } = trace
  const changed = graph.changed()
  if (changed.length === 0) return false
  const before = JSON.stringify(header)
  header.modelUsage ||= changed.some(hasUsage)
  header.agentUsage ||= changed.some(isAgentWithUsage)
  const takesOver = header.modelUsage && header.aggregated
  if (header.modelUsage) header.aggregated = false
  header.aggregateDue = header.agentUsage && !header.modelUsage
  trace.headerChanged ||= graph.created.size > 0 || graph.mode !== graph.modeBefore || before !== JSON.stringify(header)
  return takesOver
}

const push = <T>(map: Map<string, T[]>, key: string, value: T): void => {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

const byTrace = <T>(list: readonly T[], traceOf: (item: T) => string): Map<string, T[]> => {
  const map = new Map<string, T[]>()
  for (const item of list) push(map, traceOf(item), item)
  return map
}

const withParents = (spans: readonly SpanNode[]): SpanKey[] => {
  const keys = new Map<string, SpanKey>()
  for (const { traceId, spanId, parentId } of spans) {
    keys.set(`${traceId}\n${spanId}`, { traceId, spanId })
    if (parentId !== null) keys.set(`${traceId}\n${parentId}`, { traceId, spanId: parentId })
  }
  return [...keys.values()]
}

/** New spans become nodes; copies of known ones fill what is empty. */
export const merge = (
  traces: ReadonlyMap<string, SettledTrace>,
  spans: readonly SpanNode[],
): { results: SettledSpans['results']; filled: Filled[] } => {
  const filled = new Map<SpanNode, Filled>()
  const results: SettledSpans['results'] = spans.map((span) => {
    const trace = traces.get(span.traceId)
    const known = trace?.graph.nodes.get(span.spanId)
    if (trace && !known && !trace.header.days.includes(span.day)) return 'too_many_days'
    if (!trace) return 'duplicate'
    if (!known) {
      trace.graph.create(span)
      trace.graph.linked.push(span.spanId)
      trace.header.spans += 1
      return 'created'
    }
    const change = fill(trace.graph, known, span)
    if (!change) return 'duplicate'
    const earlier = filled.get(known)
    if (earlier) {
      for (const field of earlier.fields) change.fields.add(field)
      change.gainedUsage ||= earlier.gainedUsage
      change.gainedInteraction ||= earlier.gainedInteraction
    }
    filled.set(known, change)
    return 'filled'
  })
  return { results, filled: [...filled.values()] }
}

/** Counts the distinct interactions named per trace; answers the stored traces whose uncovered spans now move. */
export const settleModes = (traces: ReadonlyMap<string, SettledTrace>, spans: readonly SpanNode[]): string[] => {
  const flipped: string[] = []
  for (const span of spans) {
    const graph = traces.get(span.traceId)?.graph
    const node = graph?.nodes.get(span.spanId)
    if (graph && node) graph.mode = nextMode(graph.mode, node)
  }
  for (const { header, graph } of traces.values()) {
    const [from, to] = [graph.modeBefore.kind, graph.mode.kind]
    const hadSpans = [...graph.created].length < header.spans
    if (hadSpans && from !== to) flipped.push(header.traceId)
    header.mode = graph.mode
  }
  return flipped
}

const nextMode = (mode: InteractionMode, { interactionId: id, flags }: SpanNode): InteractionMode => {
  if (id === null) return mode.kind === 'none' && flags.includes(TRACE_IS_INTERACTION) ? { kind: 'trace' } : mode
  if (mode.kind === 'none' || mode.kind === 'trace') return { kind: 'one', id }
  if (mode.kind === 'one' && mode.id !== id) return { kind: 'several' }
  return mode
}

/** Where stored spans below must be read: under every new span, and under one that named its interaction only now. */
const downSeeds = (
  graph: TraceGraph,
  filled: readonly Filled[],
  above: readonly SpanNode[],
): (SpanKey & { model: boolean; interaction: boolean })[] => {
  const fresh = [...graph.created].map((id) => graph.node(id))
  const gained = filled.filter(({ fields }) => fields.has('interactionId') || fields.has('parentId'))
  const model = fresh.some(isModelCall) || above.some((node) => isModelCall(node) || node.modelParent !== null)
  const interaction =
    fresh.some((node) => node.interactionId !== null) ||
    above.some((node) => node.interactionId !== null || node.inheritedInteraction !== null)
  const ids = new Set([...graph.created, ...gained.map(({ node }) => node.spanId)])
  const seeds = [...ids].map((spanId) => ({ traceId: graph.traceId, spanId, model, interaction }))
  const lenders = lendersAbove(graph, [...ids, ...graph.linked]).filter(({ spanId }) => !ids.has(spanId))
  for (const { traceId, spanId } of lenders) seeds.push({ traceId, spanId, model: false, interaction: false })
  return seeds
}

/** Where a line above must be read in full: a cycle can only close if something stored hangs below a newly linked span. */
const closers = (graph: TraceGraph): SpanKey[] => {
  const linked = graph.linked.map((id) => graph.node(id))
  const hangs = linked.some((node) => graph.childrenOf(node.spanId).some((child) => !graph.created.has(child.spanId)))
  if (!hangs) return []
  return linked
    .map((node) => graph.parentOf(node))
    .filter((parent) => parent !== undefined && !graph.created.has(parent.spanId))
    .map((parent) => ({ traceId: graph.traceId, spanId: parent?.spanId ?? '' }))
}

/** The spans on lines that would come back to themselves: everything below them is computed anew. */
const wouldCycle = (graph: TraceGraph): SpanKey[] => {
  const found = newCycles(graph)
    .flat()
    .map(({ spanId }) => ({ traceId: graph.traceId, spanId }))
  // New spans may carry stored ones below them: once a component is computed anew, all of it must be there.
  return found.length === 0
    ? []
    : [...found, ...[...graph.created].map((spanId) => ({ traceId: graph.traceId, spanId }))]
}

const touchesModels = (graph: TraceGraph): boolean =>
  graph.reprice.size > 0 || [...graph.nodes.values()].some((node) => isModelCall(node) || node.subModel)

/** Model calls without usage under which others may stand that a call with usage now covers. */
const pressSeeds = (graph: TraceGraph, filled: readonly Filled[]): SpanKey[] => {
  const covers = [...graph.nodes.values()].some((node) => hasUsage(node) || node.underPriced)
  const seeds = covers
    ? [...graph.nodes.values()].filter(
        (node) =>
          isModelCall(node) && !hasUsage(node) && !node.underPriced && node.subModel && !graph.created.has(node.spanId),
      )
    : []
  const gained = filled
    .filter(({ node }) => isModelCall(node) && !graph.created.has(node.spanId))
    .map(({ node }) => node)
  return [...new Set([...seeds, ...gained])].map((node) => ({ traceId: graph.traceId, spanId: node.spanId }))
}
