import { addTo, type Histogram } from '@/lib/core/histogram'
import { hourOf } from '@/lib/core/micros'
import { mergeInferred, toldBy, type Turn } from '@/lib/ingest/interaction-rules'
import { addMeasures, contributionOf, dimsOf, spendOf } from '@/lib/ingest/measures'
import type { RollupDelta, Spend, Total } from '@/lib/ingest/rollup-rules'
import type { SpanNode } from '@/lib/ingest/span-node'
import { interactionOf, type TraceGraph } from '@/lib/ingest/trace-graph'

/** What the spans of a batch change: per interaction, per turn, and at once for those of no interaction. Pure. */

/**
 * A turn that got spans, lost some or has some that changed. `rebuild` = some left, so its earliest and latest must be
 * read again from all its spans; what only changed moves by the difference, since fields are filled and never emptied.
 */
export type TurnMove = {
  interactionId: string
  traceId: string
  rebuild: boolean
  added: SpanNode[]
  changed: { old: SpanNode; node: SpanNode }[]
}

/** What the batch's spans change, per interaction; spans of no interaction go to the roll-ups at once. */
export class Moves {
  readonly touched = new Set<string>()
  readonly totals = new Map<string, Map<string, Total>>()
  readonly spend = new Map<string, Map<string, Spend>>()
  readonly turns = new Map<string, TurnMove>()

  add(interactionId: string, node: SpanNode, sign: 1n | -1n): void {
    this.touched.add(interactionId)
    const contribution = contributionOf(node)
    const totals = mapIn(this.totals, interactionId)
    for (const dims of dimsOf(node)) {
      const key = JSON.stringify(dims)
      let total = totals.get(key)
      if (!total) totals.set(key, (total = { dims, measures: {}, llmHist: {}, toolHist: {} }))
      addMeasures(total.measures, contribution.measures, sign)
      if (contribution.llmBucket !== null) addTo(total.llmHist, contribution.llmBucket, Number(sign))
      if (contribution.toolBucket !== null) addTo(total.toolHist, contribution.toolBucket, Number(sign))
    }
    const spend = spendOf(node, contribution)
    if (!spend) return
    const rows = mapIn(this.spend, interactionId)
    const key = `${spend.hour}${JSON.stringify(spend.dims)}`
    const row = rows.get(key)
    if (row) addMeasures(row.measures, spend.measures, sign)
    else {
      const made: Spend = { ...spend, measures: {} }
      addMeasures(made.measures, spend.measures, sign)
      rows.set(key, made)
    }
  }

  turn(interactionId: string, traceId: string): TurnMove {
    this.touched.add(interactionId)
    const key = turnKey({ interactionId, traceId })
    let turn = this.turns.get(key)
    if (!turn) this.turns.set(key, (turn = { interactionId, traceId, rebuild: false, added: [], changed: [] }))
    return turn
  }

  spendList(): { interactionId: string; spend: Spend }[] {
    return [...this.spend].flatMap(([interactionId, rows]) =>
      [...rows.values()]
        .filter((row) => Object.values(row.measures).some((value) => value !== 0n))
        .map((spend) => ({ interactionId, spend })),
    )
  }
}

export const spanMoves = (traces: ReadonlyMap<string, { graph: TraceGraph }>, delta: RollupDelta): Moves => {
  const moves = new Moves()
  for (const { graph } of traces.values()) {
    for (const node of graph.changed()) {
      const old = graph.before.get(node.spanId)
      const from = old ? interactionOf(old, graph.modeBefore) : null
      const to = interactionOf(node, graph.mode)
      if (old) count(moves, delta, old, from, -1n)
      count(moves, delta, node, to, 1n)
      if (old && from !== null && from !== to) moves.turn(from, graph.traceId).rebuild = true
      if (to === null) continue
      const turn = moves.turn(to, graph.traceId)
      if (old && from === to) turn.changed.push({ old, node })
      else turn.added.push(node)
    }
  }
  return moves
}

const count = (
  moves: Moves,
  delta: RollupDelta,
  node: SpanNode,
  interactionId: string | null,
  sign: 1n | -1n,
): void => {
  if (interactionId !== null) {
    moves.add(interactionId, node, sign)
    return
  }
  const contribution = contributionOf(node)
  const hist = (bucket: number | null): Histogram => (bucket === null ? {} : { [bucket]: 1 })
  const add = {
    measures: contribution.measures,
    llmHist: hist(contribution.llmBucket),
    toolHist: hist(contribution.toolBucket),
  }
  const hour = hourOf(node.startUs)
  for (const dims of dimsOf(node)) delta.unattributed(hour, dims, node, add, sign)
  const spend = spendOf(node, contribution)
  if (spend) delta.addSpend(spend, node, sign)
}

export const failsTurn = (node: SpanNode): boolean => node.top && node.status === 'error'

/** A turn from its spans, or an old one with some more; undefined when there are none. */
export const turnOf = (
  interactionId: string,
  traceId: string,
  nodes: readonly SpanNode[],
  old?: Turn,
): Turn | undefined => {
  let turn = old && { ...old, inferred: { ...old.inferred } }
  for (const node of nodes) {
    const last = Math.max(node.startUs, node.endUs ?? node.startUs)
    turn ??= {
      interactionId,
      traceId,
      spans: 0,
      firstStartUs: node.startUs,
      lastEndUs: null,
      lastEventUs: last,
      failedTops: 0,
      inferred: {},
    }
    turn.spans += 1
    turn.firstStartUs = Math.min(turn.firstStartUs, node.startUs)
    if (node.endUs !== null) turn.lastEndUs = Math.max(turn.lastEndUs ?? node.endUs, node.endUs)
    turn.lastEventUs = Math.max(turn.lastEventUs, last)
    if (failsTurn(node)) turn.failedTops += 1
    mergeInferred(turn.inferred, toldBy(node))
  }
  return turn
}

export const turnKey = (turn: { interactionId: string; traceId: string }): string =>
  JSON.stringify([turn.interactionId, turn.traceId])

const mapIn = <V>(maps: Map<string, Map<string, V>>, key: string): Map<string, V> => {
  let map = maps.get(key)
  if (!map) maps.set(key, (map = new Map()))
  return map
}
