import type { Micros } from '@/lib/core/micros'
import { isShadowedInLine } from '@/lib/ingest/cost-rules'
import { hasUsage, isModelCall, type SpanNode } from '@/lib/ingest/span-node'
import { interactionOf, type TraceGraph } from '@/lib/ingest/trace-graph'
import { cleanModel } from '@/lib/prices/model-names'

/**
 * One call seen by two instrumentations, in two places that no parent link ties (wire.md 4.3). Pure: the answer depends
 * on the calls alone, never on which of them came first.
 */
export type SeenCall = {
  traceId: string
  spanId: string
  /** Instrumentation scope; null = native events, which are one scope of their own. */
  scope: string | null
  responseId: string | null
  serviceInstance: string | null
  /** Model name without its date. */
  modelFamily: string
  inputTokens: number | null
  outputTokens: number | null
  startUs: Micros
  endUs: Micros | null
  /** It counts under an interaction. */
  isAttributed: boolean
  /** It names a parent: it was seen inside something, not as a root of its own. */
  isNested: boolean
  /** It has usage or a reported cost. */
  isUsed: boolean
  /** It failed, as far as it was seen here: without usage it would cost nothing. */
  isError: boolean
}

/** Clocks of one process read by two instrumentations differ by this much at most. */
export const SLACK_US = 50_000
/** A call counts as over after so long: bounds how far back one may have begun that still overlaps. */
export const LONGEST_CALL_US = 3_600_000_000

/** Which calls are not billed, each with the one that is billed in its place. */
export const duplicatesOf = <C extends SeenCall>(calls: readonly C[]): Map<C, C> => {
  const ranked = [...calls].sort(byRank)
  const taken = new Map<C, C>()
  for (const [place, survivor] of ranked.entries()) {
    if (taken.has(survivor)) continue
    const best = new Map<string | null, C>()
    for (const other of ranked.slice(place + 1)) {
      if (taken.has(other) || !isSameCall(survivor, other)) continue
      const rival = best.get(other.scope)
      if (!rival || isCloser(survivor, other, rival)) best.set(other.scope, other)
    }
    // One of each scope: two equal calls of one scope are two calls.
    for (const duplicate of best.values()) taken.set(duplicate, survivor)
  }
  return taken
}

/**
 * Used first (what reports nothing never stands for counts, which would be lost), of the others what did not fail (its
 * cost is unknown, not nothing), then attributed, then nested, then the smaller (start, trace id, span id).
 */
const byRank = (a: SeenCall, b: SeenCall): number =>
  Number(b.isUsed) - Number(a.isUsed) ||
  (a.isUsed ? 0 : Number(a.isError) - Number(b.isError)) ||
  Number(b.isAttributed) - Number(a.isAttributed) ||
  Number(b.isNested) - Number(a.isNested) ||
  a.startUs - b.startUs ||
  compare(a.traceId, b.traceId) ||
  compare(a.spanId, b.spanId)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The id alone is not enough: proxies and test doubles repeat ids. */
const isSameCall = (a: SeenCall, b: SeenCall): boolean => {
  if (a.scope === b.scope) return false
  if (a.responseId !== null && b.responseId !== null) return a.responseId === b.responseId && overlap(a, b) >= 0
  return (
    a.serviceInstance !== null &&
    a.serviceInstance === b.serviceInstance &&
    a.modelFamily !== '' &&
    a.modelFamily === b.modelFamily &&
    hasEqualCounts(a, b) &&
    (contains(a, b) || contains(b, a))
  )
}

const hasEqualCounts = (a: SeenCall, b: SeenCall): boolean =>
  a.inputTokens !== null && a.inputTokens === b.inputTokens && a.outputTokens === b.outputTokens

const endOf = ({ startUs, endUs }: SeenCall): Micros => Math.min(endUs ?? startUs, startUs + LONGEST_CALL_US)

/** Microseconds that both last; negative = apart. */
const overlap = (a: SeenCall, b: SeenCall): number => Math.min(endOf(a), endOf(b)) - Math.max(a.startUs, b.startUs)

const contains = (outer: SeenCall, inner: SeenCall): boolean =>
  inner.startUs >= outer.startUs - SLACK_US && endOf(inner) <= endOf(outer) + SLACK_US

/** Of two of one scope the likelier: equal counts, then the longer overlap. Both are in rank order otherwise. */
const isCloser = (survivor: SeenCall, one: SeenCall, other: SeenCall): boolean => {
  const counts = Number(hasEqualCounts(survivor, one)) - Number(hasEqualCounts(survivor, other))
  return counts > 0 || (counts === 0 && overlap(survivor, one) > overlap(survivor, other))
}

export type CallsOfTraces = ReadonlyMap<string, { graph: TraceGraph }>

/**
 * Settles which of the loaded model calls are billed, and marks the others; a call that another of its own line shadows is
 * none of either. Expects every call that could be the same as one of `nodes` among them.
 */
export const settleDuplicates = (traces: CallsOfTraces, nodes: readonly SpanNode[]): void => {
  const calls = nodes.flatMap((node) => {
    const graph = traces.get(node.traceId)?.graph
    return graph && isModelCall(node) && !isShadowedInLine(node) ? [{ ...seenCall(node, graph), node }] : []
  })
  const billed = new Map([...duplicatesOf(calls)].map(([call, survivor]) => [call.node, survivor.node]))
  for (const node of nodes) {
    const graph = traces.get(node.traceId)?.graph
    if (graph) markDuplicate(graph, node, billed.get(node) ?? null)
  }
}

export const markDuplicate = (graph: TraceGraph, node: SpanNode, survivor: SpanNode | null): void => {
  if (node.duplicateTrace === (survivor?.traceId ?? null) && node.duplicateSpan === (survivor?.spanId ?? null)) return
  graph.touch(node)
  node.duplicateTrace = survivor?.traceId ?? null
  node.duplicateSpan = survivor?.spanId ?? null
  graph.reprice.add(node.spanId)
}

/**
 * The traces in which a call without usage is billed by what another trace reports of it: no agent span of theirs may be
 * priced in its place (wire.md 4.4), or it is billed twice. Expects survivors among the nodes.
 */
export const billedElsewhere = (nodes: readonly SpanNode[]): Set<string> => {
  const used = new Set(nodes.filter(hasUsage).map(({ traceId, spanId }) => `${traceId}\n${spanId}`))
  const isBilled = (node: SpanNode): boolean =>
    !hasUsage(node) && node.duplicateSpan !== null && used.has(`${node.duplicateTrace}\n${node.duplicateSpan}`)
  return new Set(nodes.filter(isBilled).map(({ traceId }) => traceId))
}

const seenCall = (node: SpanNode, graph: TraceGraph): SeenCall => ({
  traceId: node.traceId,
  spanId: node.spanId,
  scope: node.scope,
  responseId: node.responseId,
  serviceInstance: node.serviceInstance,
  modelFamily: cleanModel(node.model ?? node.requestModel ?? ''),
  inputTokens: node.inputTokens,
  outputTokens: node.outputTokens,
  startUs: node.startUs,
  endUs: node.endUs,
  isAttributed: interactionOf(node, graph.mode) !== null,
  isNested: node.parentId !== null,
  isUsed: hasUsage(node),
  isError: node.status === 'error',
})
