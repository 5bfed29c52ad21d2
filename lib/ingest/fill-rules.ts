import { hasUsage, isModelCall, type SpanNode } from '@/lib/ingest/span-node'
import { gainInteraction, gainUsage } from '@/lib/ingest/leaf-rule'
import type { TraceGraph } from '@/lib/ingest/trace-graph'

/** Fields a later copy may fill while they are empty; what is set stays (wire.md 1.2). */
const FILLABLE = [
  'endUs', 'agent', 'release', 'workflow', 'segment', 'environment', 'interactionId', 'userId',
  'outcome', 'scope', 'serviceInstance', 'subAgent', 'model', 'requestModel', 'provider',
  'responseId', 'promptName', 'promptVersion', 'toolName', 'toolCallId', 'actionId', 'attempt', 'finishReason', 'errorType',
  'statusMessage', 'firstTokenMs', 'inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens',
  'cacheWrite1hTokens', 'reasoningTokens', 'audioInputTokens', 'audioOutputTokens', 'costReported',
] as const satisfies (keyof SpanNode)[] // prettier-ignore

const PRICED_BY = new Set<keyof SpanNode>([
  'model', 'requestModel', 'provider', 'inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens',
  'cacheWrite1hTokens', 'reasoningTokens', 'audioInputTokens', 'audioOutputTokens', 'costReported', 'firstTokenMs',
]) // prettier-ignore

/** What erasing a user empties on a span. */
const PERSONAL = new Set<keyof SpanNode>(['statusMessage', 'userId', 'outcome'])

/** On spans whose texts were erased (lib/interactions/store.ts). */
export const ERASED_FLAG = 'erased'

export type Filled = { node: SpanNode; fields: Set<keyof SpanNode>; gainedUsage: boolean; gainedInteraction: boolean }

/**
 * Takes from a later copy of a stored (or earlier in the batch) span what was still empty. Returns undefined when that
 * is nothing: the copy is a duplicate. Links and pressure of the leaf rule are settled afterwards by `settleFilled`.
 */
export const fill = (graph: TraceGraph, node: SpanNode, copy: SpanNode): Filled | undefined => {
  const fields = new Set<keyof SpanNode>()
  const had = hasUsage(node)
  for (const field of FILLABLE) {
    if (node[field] !== null || copy[field] === null) continue
    // A resend does not bring back what was erased.
    if (PERSONAL.has(field) && node.flags.includes(ERASED_FLAG)) continue
    if (isCount(field) && !fits(node, field, copy[field])) continue
    graph.touch(node)
    assign(node, copy, field)
    fields.add(field)
  }
  if (node.status === 'unset' && copy.status !== 'unset') {
    graph.touch(node)
    node.status = copy.status
    fields.add('status')
  }
  if (node.parentId === null && copy.parentId !== null) {
    graph.setParent(node, copy.parentId)
    fields.add('parentId')
  }
  if (fields.size === 0) return undefined
  if (
    (isModelCall(node) || node.aggregate) &&
    (fields.has('status') || [...fields].some((field) => PRICED_BY.has(field)))
  ) {
    graph.reprice.add(node.spanId)
  }
  return {
    node,
    fields,
    gainedUsage: !had && hasUsage(node),
    gainedInteraction: fields.has('interactionId'),
  }
}

/** A turn of the OpenAI Agents SDK: what it counts belongs to the one model call below it (wire.md 5). */
export const LENDS_USAGE = 'lends_usage'
const LENT = [
  'inputTokens', 'outputTokens', 'cacheReadTokens', 'cacheWriteTokens', 'cacheWrite1hTokens', 'reasoningTokens',
] as const satisfies (keyof SpanNode)[] // prettier-ignore

/** The turns above these spans that lend: which of their calls gets the counts shows only when all of them are known. */
export const lendersAbove = (graph: TraceGraph, ids: Iterable<string>): SpanNode[] => {
  const turns = [...ids].flatMap((id) => graph.parentOf(graph.node(id)) ?? [])
  return [...new Set(turns)].filter((turn) => turn.flags.includes(LENDS_USAGE))
}

/**
 * Hands a turn's counts to its model call, whichever of the two came first; of several to one, to none where one of them
 * has its own. Answers what stored calls gained by it. Expects all children of a turn concerned to be loaded.
 */
export const lendUsage = (graph: TraceGraph, filled: readonly Filled[]): Filled[] => {
  const lent: Filled[] = []
  const changed = new Set([...graph.created, ...graph.linked, ...filled.map(({ node }) => node.spanId)])
  const own = [...changed].map((id) => graph.node(id)).filter(({ flags }) => flags.includes(LENDS_USAGE))
  for (const turn of new Set([...own, ...lendersAbove(graph, changed)])) {
    const calls = graph.childrenOf(turn.spanId).filter(isModelCall).sort(byStart)
    const [call] = calls
    if (!call || turn.inputTokens === null || calls.some(hasUsage)) continue
    graph.touch(call)
    for (const field of LENT) call[field] = turn[field]
    call.model ??= turn.model
    call.requestModel ??= turn.requestModel
    call.provider ??= turn.provider
    graph.reprice.add(call.spanId)
    if (!graph.created.has(call.spanId)) {
      lent.push({ node: call, fields: new Set(LENT), gainedUsage: true, gainedInteraction: false })
    }
  }
  return lent
}

const byStart = (a: SpanNode, b: SpanNode): number => a.startUs - b.startUs || (a.spanId < b.spanId ? -1 : 1)

/** After links are settled: what was filled moves through the trace. */
export const settleFilled = (graph: TraceGraph, filled: Iterable<Filled>): void => {
  for (const { node, fields, gainedUsage, gainedInteraction } of filled) {
    if (gainedUsage) gainUsage(graph, node)
    else if (isModelCall(node) && [...fields].some((field) => PRICED_BY.has(field))) {
      // Calls below with equal counts may borrow what came only now.
      for (const child of graph.modelChildrenOf(node.spanId)) graph.reprice.add(child.spanId)
    }
    if (gainedInteraction) gainInteraction(graph, node)
  }
}

/** A filled cache count never makes a usage that no provider could have billed: cache stays within the input. */
const fits = (node: SpanNode, field: keyof SpanNode, value: unknown): boolean => {
  if (typeof value !== 'number') return true
  const sum = { read: node.cacheReadTokens ?? 0, write: node.cacheWriteTokens ?? 0 }
  if (field === 'cacheReadTokens') return node.inputTokens === null || value + sum.write <= node.inputTokens
  if (field === 'cacheWriteTokens') return node.inputTokens === null || value + sum.read <= node.inputTokens
  if (field === 'cacheWrite1hTokens') return value <= sum.write
  if (field === 'reasoningTokens') return node.outputTokens === null || value <= node.outputTokens
  return true
}

const isCount = (field: keyof SpanNode): boolean => field.endsWith('Tokens')

const assign = <K extends keyof SpanNode>(to: SpanNode, from: SpanNode, field: K): void => {
  to[field] = from[field]
}
