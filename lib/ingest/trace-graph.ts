import type { SpanNode } from '@/lib/ingest/span-node'

/**
 * The part of one trace that a batch touches: its header, the stored spans around the new ones, and the new ones.
 * Changed nodes keep a copy of what they were, so that totals move by the difference.
 */
export class TraceGraph {
  readonly traceId: string
  readonly nodes = new Map<string, SpanNode>()
  /** Parent span id -> ids of the loaded spans that name it, whether the edge is attached or not. */
  readonly childIds = new Map<string, Set<string>>()
  /** Nearest model ancestor -> ids of loaded spans that have it. */
  readonly modelChildIds = new Map<string, Set<string>>()
  readonly created = new Set<string>()
  /** As stored, before this batch; only for nodes that were stored and are changed. */
  readonly before = new Map<string, SpanNode>()
  /** Model calls whose cost must be settled again. */
  readonly reprice = new Set<string>()
  /** Spans whose parent link became known in this batch. */
  readonly linked: string[] = []
  /** Distinct interaction ids named in the trace: none, one (serves all) or several; before and after the batch. */
  modeBefore: InteractionMode
  mode: InteractionMode

  constructor(traceId: string, mode: InteractionMode) {
    this.traceId = traceId
    this.modeBefore = mode
    this.mode = mode
  }

  /** Adds a stored node; a node already loaded is kept (it may have been changed). */
  load(node: SpanNode): void {
    if (!this.nodes.has(node.spanId)) this.index(node)
  }

  create(node: SpanNode): void {
    this.created.add(node.spanId)
    if (isModel(node)) this.reprice.add(node.spanId)
    this.index(node)
  }

  node(id: string): SpanNode {
    const node = this.nodes.get(id)
    if (!node) throw new Error(`trace ${this.traceId}: span ${id} was not loaded`)
    return node
  }

  /** Call before changing a node. */
  touch(node: SpanNode): void {
    if (!this.created.has(node.spanId) && !this.before.has(node.spanId)) this.before.set(node.spanId, { ...node })
  }

  setParent(node: SpanNode, parentId: string): void {
    this.touch(node)
    node.parentId = parentId
    addTo(this.childIds, parentId, node.spanId)
    this.linked.push(node.spanId)
  }

  setModelParent(node: SpanNode, modelParent: string | null): void {
    if (node.modelParent === modelParent) return
    this.touch(node)
    if (node.modelParent !== null) this.modelChildIds.get(node.modelParent)?.delete(node.spanId)
    node.modelParent = modelParent
    if (modelParent !== null) addTo(this.modelChildIds, modelParent, node.spanId)
    if (isModel(node)) this.reprice.add(node.spanId)
  }

  /** The parent whose line this span is on: stored or new, and not cut. */
  parentOf(node: SpanNode): SpanNode | undefined {
    return node.cut || node.parentId === null ? undefined : this.nodes.get(node.parentId)
  }

  childrenOf(id: string): SpanNode[] {
    return this.pick(this.childIds.get(id)).filter((child) => !child.cut)
  }

  modelChildrenOf(id: string): SpanNode[] {
    return this.pick(this.modelChildIds.get(id)).filter(isModel)
  }

  /** Every changed or new node. */
  changed(): SpanNode[] {
    return this.pick(new Set([...this.created, ...this.before.keys()]))
  }

  private index(node: SpanNode): void {
    this.nodes.set(node.spanId, node)
    if (node.parentId !== null) addTo(this.childIds, node.parentId, node.spanId)
    if (node.modelParent !== null) addTo(this.modelChildIds, node.modelParent, node.spanId)
  }

  private pick(ids: Iterable<string> | undefined): SpanNode[] {
    return ids ? [...ids].map((id) => this.node(id)) : []
  }
}

/**
 * `several`: an own or inherited id counts, nothing else; `one`: it serves the whole trace; `trace`: nobody names one, and
 * its agent is set to "one trace is one interaction", so the trace's own id serves.
 */
export type InteractionMode = { kind: 'none' } | { kind: 'trace' } | { kind: 'one'; id: string } | { kind: 'several' }

/** On spans of agents that are set so (lib/agents): known when the span arrives, kept with it. */
export const TRACE_IS_INTERACTION = 'trace_is_interaction'

/** The interaction a span counts under; null = unattributed (wire.md 3.2). */
export const interactionOf = (node: SpanNode, mode: InteractionMode): string | null =>
  node.interactionId ??
  node.inheritedInteraction ??
  (mode.kind === 'one' ? mode.id : mode.kind === 'trace' ? node.traceId : null)

const isModel = (node: SpanNode): boolean => node.kind === 'llm' || node.kind === 'embedding'

const addTo = (map: Map<string, Set<string>>, key: string, id: string): void => {
  const set = map.get(key)
  if (set) set.add(id)
  else map.set(key, new Set([id]))
}
