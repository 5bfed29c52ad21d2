import { hasUsage, isModelCall, type Borrowed, type CostState, type SpanNode } from '@/lib/ingest/span-node'
import type { TraceGraph } from '@/lib/ingest/trace-graph'
import { priceCall } from '@/lib/prices/rules'

/**
 * Settles the cost of every call whose place in its trace, usage or price inputs changed. Cost = reported, else
 * computed, else unknown (wire.md 4.5); computed is kept beside reported.
 */
export const settleCosts = (graph: TraceGraph): void => {
  for (const id of graph.reprice) {
    const node = graph.node(id)
    if (!isModelCall(node) && !node.aggregate && node.costState === null) continue
    graph.touch(node)
    settleCost(node, graph.before.get(id), node.modelParent === null ? undefined : graph.nodes.get(node.modelParent))
  }
}

const settleCost = (node: SpanNode, stored: SpanNode | undefined, modelParent: SpanNode | undefined): void => {
  node.borrowed = !node.subPriced && modelParent ? borrow(node, modelParent) : null
  const call = effective(node)
  // A price that is stored stays, and so does that there was none, whatever a newer price book says (known-bugs C10),
  // unless what it priced has changed.
  if (!stored || !samePriceInput(stored, node)) {
    const isPriced = isModelCall(node) || node.aggregate
    const priced =
      !isPriced || (call.inputTokens === null && call.outputTokens === null) ? null : priceCall(priceInput(node, call))
    node.costComputed = priced?.costNanoUsd ?? null
    node.priceSource = priced ? `${priced.source}:${priced.priceProviderId}/${priced.priceModelId}` : null
    node.priceRates = priced?.rates ?? null
  }
  node.costState = stateOf(node, call.costReported)
  node.cost = costOf(node, call.costReported)
}

const costOf = (node: SpanNode, reported: bigint | null): bigint | null => {
  switch (node.costState) {
    case 'reported':
      return reported
    case 'computed':
      return node.costComputed
    case 'aggregate':
      return reported ?? node.costComputed
    default:
      return null
  }
}

/** Another call of its line stands for this one. */
export const isShadowedInLine = (node: SpanNode): boolean =>
  node.subPriced || (!hasUsage(node) && (node.underPriced || node.subModel))

/** Another call of its line, or an agent span above, stands for this one. */
const isShadowed = (node: SpanNode): boolean => isShadowedInLine(node) || (!hasUsage(node) && node.aggregate)

/** Which call of its line this is, and where its cost comes from. */
const stateOf = (node: SpanNode, reported: bigint | null): CostState | null => {
  if (!isModelCall(node)) return node.aggregate ? 'aggregate' : null
  if (isShadowed(node)) return 'shadowed'
  if (node.duplicateSpan !== null) return 'duplicate'
  if (hasUsage(node)) {
    if (reported !== null) return 'reported'
    return node.costComputed === null ? 'unknown' : 'computed'
  }
  return node.status === 'error' ? 'not_billed' : 'unknown'
}

/**
 * Two instrumentations around one call report the same input and output: the inner one, which is priced, takes over
 * what only the outer one knows (wire.md 4.2).
 */
const borrow = (node: SpanNode, outer: SpanNode): Borrowed | null => {
  if (node.inputTokens === null || node.inputTokens !== outer.inputTokens || node.outputTokens !== outer.outputTokens) {
    return null
  }
  const borrowed: Borrowed = {}
  // A cache split is taken whole or not at all: parts of two splits need not fit together.
  if (node.cacheReadTokens === null && node.cacheWriteTokens === null && node.cacheWrite1hTokens === null) {
    if (outer.cacheReadTokens !== null) borrowed.cacheReadTokens = outer.cacheReadTokens
    if (outer.cacheWriteTokens !== null) borrowed.cacheWriteTokens = outer.cacheWriteTokens
    if (outer.cacheWrite1hTokens !== null) borrowed.cacheWrite1hTokens = outer.cacheWrite1hTokens
  }
  if (node.reasoningTokens === null && outer.reasoningTokens !== null) borrowed.reasoningTokens = outer.reasoningTokens
  if (node.costReported === null && outer.costReported !== null) borrowed.costReported = String(outer.costReported)
  if (node.firstTokenMs === null && outer.firstTokenMs !== null) borrowed.firstTokenMs = outer.firstTokenMs
  return Object.keys(borrowed).length > 0 ? borrowed : null
}

export type EffectiveCall = {
  inputTokens: number | null
  outputTokens: number | null
  cacheReadTokens: number | null
  cacheWriteTokens: number | null
  cacheWrite1hTokens: number | null
  reasoningTokens: number | null
  costReported: bigint | null
}

/** Own counts, else borrowed ones. */
export const effective = (node: SpanNode): EffectiveCall => {
  const b = node.borrowed
  return {
    inputTokens: node.inputTokens,
    outputTokens: node.outputTokens,
    cacheReadTokens: node.cacheReadTokens ?? b?.cacheReadTokens ?? null,
    cacheWriteTokens: node.cacheWriteTokens ?? b?.cacheWriteTokens ?? null,
    cacheWrite1hTokens: node.cacheWrite1hTokens ?? b?.cacheWrite1hTokens ?? null,
    reasoningTokens: node.reasoningTokens ?? b?.reasoningTokens ?? null,
    costReported: node.costReported ?? (b?.costReported === undefined ? null : BigInt(b.costReported)),
  }
}

const samePriceInput = (a: SpanNode, b: SpanNode): boolean =>
  a.aggregate === b.aggregate &&
  JSON.stringify(priceInput(a, effective(a))) === JSON.stringify(priceInput(b, effective(b)))

const priceInput = (node: SpanNode, call: EffectiveCall): Parameters<typeof priceCall>[0] => ({
  ...(node.provider === null ? {} : { provider: node.provider }),
  ...(node.model === null ? {} : { model: node.model }),
  ...(node.requestModel === null ? {} : { requestModel: node.requestModel }),
  startedAt: new Date(node.startUs / 1000),
  usage: {
    inputTokens: call.inputTokens,
    outputTokens: call.outputTokens,
    cacheReadTokens: call.cacheReadTokens,
    cacheWriteTokens: call.cacheWriteTokens,
    cacheWrite1hTokens: call.cacheWrite1hTokens,
    reasoningTokens: call.reasoningTokens,
    audioInputTokens: node.audioInputTokens,
    audioOutputTokens: node.audioOutputTokens,
  },
})
