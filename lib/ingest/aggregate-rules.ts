import { hasUsage, isModelCall, type SpanNode } from '@/lib/ingest/span-node'
import type { TraceGraph } from '@/lib/ingest/trace-graph'

/**
 * Traces in which only agent spans report usage (wire.md 4.4): the topmost of each line is priced, and the model calls
 * without usage below it are shadowed. Decided once a trace is silent; ended by the first model call with usage. Pure.
 */
export const isAgentWithUsage = (node: SpanNode): boolean =>
  node.kind === 'agent' && (node.inputTokens !== null || node.outputTokens !== null || node.costReported !== null)

/** Sets the aggregates of a whole loaded trace; answers whether there are any. */
export const settleAggregates = (graph: TraceGraph): boolean => {
  const nodes = [...graph.nodes.values()]
  const isCounted = nodes.some(hasUsage)
  const covered = new Map<string, boolean>()
  let any = false
  for (const node of nodes) {
    const isBelow = isBelowAgent(graph, node, covered)
    const isAggregate = !isCounted && (isModelCall(node) ? isBelow : isAgentWithUsage(node) && !isBelow)
    any ||= isAggregate
    mark(graph, node, isAggregate)
  }
  return any
}

/** Model calls report their own usage now. */
export const endAggregate = (graph: TraceGraph): void => {
  for (const node of graph.nodes.values()) mark(graph, node, false)
}

const mark = (graph: TraceGraph, node: SpanNode, isAggregate: boolean): void => {
  if (node.aggregate === isAggregate) return
  graph.touch(node)
  node.aggregate = isAggregate
  graph.reprice.add(node.spanId)
}

/** Whether an agent span with usage stands above; each line is walked once. */
const isBelowAgent = (graph: TraceGraph, node: SpanNode, known: Map<string, boolean>): boolean => {
  const line: SpanNode[] = []
  let at: SpanNode | undefined = node
  let answer = false
  for (; at && line.length <= graph.nodes.size; at = graph.parentOf(at)) {
    const told = known.get(at.spanId)
    if (told !== undefined) {
      answer = told || (line.length > 0 && isAgentWithUsage(at))
      break
    }
    line.push(at)
  }
  for (const step of line.reverse()) {
    known.set(step.spanId, answer)
    answer ||= isAgentWithUsage(step)
  }
  return known.get(node.spanId) ?? answer
}
