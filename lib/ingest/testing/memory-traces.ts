import type { IngestSettings } from '@/lib/auth/caller'
import { endAggregate, settleAggregates } from '@/lib/ingest/aggregate-rules'
import { settleCosts } from '@/lib/ingest/cost-rules'
import { lendUsage, settleFilled } from '@/lib/ingest/fill-rules'
import type { Item } from '@/lib/ingest/items'
import { settleLinks } from '@/lib/ingest/leaf-rule'
import { normaliser } from '@/lib/ingest/normalise'
import { billedElsewhere, settleDuplicates } from '@/lib/ingest/same-call'
import { merge, noteUsage, settleModes, type SettledTrace } from '@/lib/ingest/settle'
import type { SpanNode } from '@/lib/ingest/span-node'
import type { WireEvent } from '@/lib/ingest/testing/wire-events'
import { interactionOf, TraceGraph } from '@/lib/ingest/trace-graph'

/** Fixed: nothing of the ledger may depend on when a test runs. */
export const NOW_US = Date.UTC(2026, 10, 1) * 1000

/** A team without redaction, rates or hashed users. */
export const TEAM: IngestSettings & { id: string; slug: string; name: string } = {
  id: 'team',
  slug: 'team',
  name: 'Team',
  redaction: null,
  redactionSalt: new Uint8Array(16),
  hashUserIds: false,
  payloadMaxBytes: 4 * 1024 * 1024,
  ingestPerMinute: null,
  traceInteractionAgents: [],
}

/** Wire events as the ledger takes them; a rejected one is a mistake of the test. */
export const itemsOf = (events: readonly WireEvent[], nowUs = NOW_US): Item[] => {
  const normalise = normaliser({ agentName: null, environment: 'production', team: TEAM, nowUs })
  return events.map((event) => {
    const { item, rejected } = normalise(event, false)
    if (!item) throw new Error(`${rejected.message}: ${JSON.stringify(event)}`)
    if (item.type === 'span' && event.type === 'span') {
      item.node.scope = event.scope ?? null
      item.node.serviceInstance = event.serviceInstance ?? null
      item.node.workflow = event.workflow ?? null
      item.node.segment = event.segment ?? null
    }
    return item
  })
}

/** Stands in for the tables: every batch finds all stored spans of its traces. The SQL that finds fewer is tested on Postgres. */
export class MemoryTraces {
  private readonly traces = new Map<string, SettledTrace>()

  take(spans: readonly SpanNode[]): void {
    const batch = new Map<string, SettledTrace>()
    for (const { traceId, day } of spans) {
      const trace = batch.get(traceId) ?? this.load(traceId)
      batch.set(traceId, trace)
      trace.header.days.push(day)
    }
    const copies = spans.map((span) => ({ ...span }))
    const { filled } = merge(batch, copies)
    settleModes(batch, copies)
    for (const trace of batch.values()) {
      const { graph, header } = trace
      const own = filled.filter(({ node }) => graph.nodes.get(node.spanId) === node)
      own.push(...lendUsage(graph, own))
      noteUsage(trace)
      settleLinks(graph)
      settleFilled(graph, own)
      if (header.modelUsage) endAggregate(graph)
      settleCosts(graph)
    }
    for (const [traceId, trace] of batch) this.traces.set(traceId, trace)
    this.settle()
  }

  /** As the worker does once a trace is silent. */
  silence(): void {
    for (const { graph, header } of this.traces.values()) {
      if (header.aggregateDue) header.aggregated = settleAggregates(graph)
      header.aggregateDue = false
      settleCosts(graph)
    }
  }

  /** Which calls are one: over all that is stored. */
  private settle(): void {
    const nodes = [...this.traces.values()].flatMap(({ graph }) => [...graph.nodes.values()])
    settleDuplicates(this.traces, nodes)
    for (const traceId of billedElsewhere(nodes)) {
      const trace = this.traces.get(traceId)
      if (!trace) continue
      Object.assign(trace.header, { modelUsage: true, aggregated: false, aggregateDue: false })
      endAggregate(trace.graph)
    }
    for (const { graph } of this.traces.values()) settleCosts(graph)
  }

  /** What each span counts as, by trace and span id. */
  result(): Map<string, SpanResult> {
    const result = new Map<string, SpanResult>()
    for (const [traceId, { graph }] of this.traces) {
      for (const node of graph.nodes.values()) {
        const interaction = interactionOf(node, graph.mode)
        const cost = node.cost === null ? null : Number(node.cost)
        result.set(`${traceId} ${node.spanId}`, { state: node.costState, cost, interaction, isTop: node.top })
      }
    }
    return result
  }

  private load(traceId: string): SettledTrace {
    const old = this.traces.get(traceId)
    const mode = old?.graph.mode ?? { kind: 'none' }
    const graph = new TraceGraph(traceId, mode)
    for (const node of old?.graph.nodes.values() ?? []) graph.load({ ...node })
    const header = {
      ...(old?.header ?? { modelUsage: false, agentUsage: false, aggregated: false, aggregateDue: false }),
      traceId,
      days: [...(old?.header.days ?? [])],
      spans: graph.nodes.size,
      mode,
    }
    return { header, graph, headerChanged: false }
  }
}

export type SpanResult = { state: string | null; cost: number | null; interaction: string | null; isTop: boolean }
