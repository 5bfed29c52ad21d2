import { hasUsage, isModelCall, type SpanNode } from '@/lib/ingest/span-node'
import type { TraceGraph } from '@/lib/ingest/trace-graph'

/**
 * Price once, kept incrementally (wire.md 4.2, 4.7). Every span knows its nearest model ancestor (`modelParent`) and the
 * interaction its nearest naming ancestor names; every model call knows whether a call with usage stands below it
 * (`subPriced`), any model call below it (`subModel`), or a call with usage above it (`underPriced`). Each of these flips
 * once, however the spans of a trace arrive, so a trace costs O(spans) and arrival order cannot change the result
 * (docs/decisions/0004-leaf-rule.md). A closed cycle is the one thing that is computed anew, for its component only.
 */
export const settleLinks = (graph: TraceGraph): void => {
  const cyclic = new Set(cutCycles(graph).flatMap((node) => component(graph, node)))
  if (cyclic.size > 0) resettle(graph, cyclic)
  const linked = new Set(graph.linked)
  for (const id of graph.linked) {
    if (cyclic.has(id)) continue
    const node = graph.node(id)
    const parent = graph.parentOf(node)
    if (parent) attach(graph, node, parent)
    if (!graph.created.has(id)) continue
    for (const child of graph.childrenOf(id)) if (!linked.has(child.spanId)) attach(graph, child, node)
  }
}

/** A stored model call got its usage (or reported cost) only now. */
export const gainUsage = (graph: TraceGraph, node: SpanNode): void => {
  graph.reprice.add(node.spanId)
  // A call with usage below it has already been told to the whole line above, which need not be loaded then.
  if (node.modelParent !== null && !node.subPriced) raise(graph, node.modelParent, true)
  for (const child of graph.modelChildrenOf(node.spanId)) {
    press(graph, child)
    graph.touch(child)
    graph.reprice.add(child.spanId)
  }
}

/** A stored span named its interaction only now: those below follow it, up to the next that names one. */
export const gainInteraction = (graph: TraceGraph, node: SpanNode): void => {
  for (const child of graph.childrenOf(node.spanId)) pushDown(graph, child, null, node.interactionId)
}

/**
 * New cycles: spans whose line comes back to themselves through a link of this batch. A self-parent is a cycle of one.
 * Changes nothing.
 */
export const newCycles = (graph: TraceGraph): SpanNode[][] => {
  const cycles: SpanNode[][] = []
  const clean = new Set<string>()
  for (const id of graph.linked) {
    const path: SpanNode[] = []
    const onPath = new Set<string>()
    let node: SpanNode | undefined = graph.node(id)
    while (node && !clean.has(node.spanId) && !onPath.has(node.spanId)) {
      path.push(node)
      onPath.add(node.spanId)
      node = graph.parentOf(node)
    }
    if (node && onPath.has(node.spanId)) cycles.push(path.slice(path.indexOf(node)))
    for (const step of path) clean.add(step.spanId)
  }
  return cycles
}

/** Cuts one link of each, above the span with the smallest (start, id): whatever came first. Returns the cut spans. */
const cutCycles = (graph: TraceGraph): SpanNode[] =>
  newCycles(graph).map((cycle) => {
    const cut = cycle.reduce((a, b) => (before(b, a) ? b : a))
    graph.touch(cut)
    cut.cut = true
    cut.flags = [...cut.flags, 'cycle']
    return cut
  })

/** A cut span and all below it: closed, because nothing stands above it any more. */
const component = (graph: TraceGraph, top: SpanNode): string[] => {
  const ids = [top.spanId]
  for (let i = 0; i < ids.length; i++) {
    for (const child of graph.childrenOf(ids[i] ?? '')) ids.push(child.spanId)
  }
  return ids
}

/** Computes the derived state of whole components from nothing. */
const resettle = (graph: TraceGraph, ids: ReadonlySet<string>): void => {
  for (const id of ids) {
    const node = graph.node(id)
    graph.touch(node)
    graph.setModelParent(node, null)
    node.inheritedInteraction = null
    node.top = true
    node.subModel = node.subPriced = node.underPriced = false
    if (isModelCall(node)) graph.reprice.add(id)
  }
  for (const id of ids) {
    const node = graph.node(id)
    const parent = graph.parentOf(node)
    if (parent) attach(graph, node, parent)
  }
}

/** Joins a span to its parent: state flows down to those below it, then up from the model calls found there. */
const attach = (graph: TraceGraph, child: SpanNode, parent: SpanNode): void => {
  graph.touch(child)
  child.top = false
  const modelParent = isModelCall(parent) ? parent.spanId : parent.modelParent
  const roots = pushDown(graph, child, modelParent, parent.interactionId ?? parent.inheritedInteraction)
  if (modelParent === null || roots.length === 0) return
  raise(
    graph,
    modelParent,
    roots.some((root) => hasUsage(root) || root.subPriced),
  )
  const above = graph.nodes.get(modelParent)
  if (above && (hasUsage(above) || above.underPriced)) for (const root of roots) press(graph, root)
}

/**
 * Hands the nearest model ancestor and the nearest named interaction down from `top`, each as far as nothing nearer
 * stands in between. Returns the model calls that got a new model parent.
 */
const pushDown = (
  graph: TraceGraph,
  top: SpanNode,
  modelParent: string | null,
  interactionId: string | null,
): SpanNode[] => {
  const roots: SpanNode[] = []
  const open: { node: SpanNode; model: boolean; interaction: boolean }[] = [
    { node: top, model: modelParent !== null, interaction: interactionId !== null },
  ]
  for (let step = open.pop(); step; step = open.pop()) {
    const { node } = step
    let { model, interaction } = step
    if (model) {
      graph.setModelParent(node, modelParent)
      if (isModelCall(node)) {
        roots.push(node)
        model = false
      }
    }
    if (interaction) {
      if (node.inheritedInteraction !== interactionId) {
        graph.touch(node)
        node.inheritedInteraction = interactionId
      }
      if (node.interactionId !== null) interaction = false
    }
    if (!model && !interaction) continue
    for (const child of graph.childrenOf(node.spanId)) if (!child.top) open.push({ node: child, model, interaction })
  }
  return roots
}

/** Marks the model calls above as having a model call (and one with usage) below; stops where that is known. */
const raise = (graph: TraceGraph, from: string, priced: boolean): void => {
  let id: string | null = from
  while (id !== null) {
    const node = graph.nodes.get(id)
    if (!node) return // its day is past retention: what it was counted as stays
    if (node.subModel && (node.subPriced || !priced)) return
    graph.touch(node)
    node.subModel = true
    node.subPriced ||= priced
    graph.reprice.add(id)
    id = node.modelParent
  }
}

/** Marks calls without usage as standing below one with usage; stops at a call that has its own, or is marked. */
const press = (graph: TraceGraph, from: SpanNode): void => {
  const open = [from]
  for (let node = open.pop(); node; node = open.pop()) {
    if (hasUsage(node) || node.underPriced) continue
    graph.touch(node)
    node.underPriced = true
    graph.reprice.add(node.spanId)
    open.push(...graph.modelChildrenOf(node.spanId))
  }
}

const before = (a: SpanNode, b: SpanNode): boolean =>
  a.startUs < b.startUs || (a.startUs === b.startUs && a.spanId < b.spanId)
