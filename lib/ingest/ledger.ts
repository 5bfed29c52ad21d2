import 'server-only'
import type { PoolClient } from 'pg'
import { bucketOf } from '@/lib/core/histogram'
import type { Micros } from '@/lib/core/micros'
import { blankErased } from '@/lib/ingest/erased'
import {
  isErased,
  mergeGiven,
  mergeInferred,
  mergeOutcome,
  toldBy,
  viewOf,
  type InteractionState,
  type InteractionView,
  type Turn,
} from '@/lib/ingest/interaction-rules'
import type { Item } from '@/lib/ingest/items'
import { addHistogram, addMeasures } from '@/lib/ingest/measures'
import { countTurn, RollupDelta, type Total } from '@/lib/ingest/rollup-rules'
import type { SettledTrace } from '@/lib/ingest/settle'
import { failsTurn, type Moves, spanMoves, turnKey, turnOf, type TurnMove } from '@/lib/ingest/span-moves'
import type { SpanNode } from '@/lib/ingest/span-node'
import {
  addSpend,
  loadAllTurns,
  loadSpend,
  loadTotals,
  loadTurns,
  lockInteractions,
  updateInteractions,
  writeTotals,
  writeTurns,
} from '@/lib/ingest/store/interactions'
import { addRollups } from '@/lib/ingest/store/rollups'
import { wholeTraces } from '@/lib/ingest/store/spans'
import { interactionOf, type TraceGraph } from '@/lib/ingest/trace-graph'

/**
 * Moves totals, turns, interactions and roll-ups by what a batch changed. Called inside the ingest transaction, after the
 * traces are locked and settled; takes the locks on interactions, then (last) on roll-ups.
 */
export const moveLedger = async (
  client: PoolClient,
  teamId: string,
  traces: ReadonlyMap<string, SettledTrace>,
  days: string[],
  items: readonly Item[],
  nowUs: Micros,
): Promise<{ delta: RollupDelta; changedItems: Set<Item> }> => {
  const delta = new RollupDelta()
  const moves = spanMoves(traces, delta)
  const ids = new Set(moves.touched)
  for (const item of items) {
    if (item.type === 'interaction') ids.add(item.id)
    if (item.type === 'outcome') ids.add(item.interactionId)
  }
  const changedItems = new Set<Item>()
  if (ids.size === 0) {
    await addRollups(client, teamId, delta)
    return { delta, changedItems }
  }
  const idList = [...ids]
  const states = await lockInteractions(client, teamId, idList, nowUs)
  await blankErased(client, teamId, days, moves.turns.values(), states)
  // An interaction without turns has no spans, so no totals, spend or turns to read: the common case of a new one.
  const spanned = new Set(idList.filter((id) => stateOf(states, id).turns > 0))
  const totals = await loadTotals(client, teamId, [...spanned])
  const turnKeys = [...moves.turns.values()].filter(({ interactionId }) => spanned.has(interactionId))
  const oldTurns = new Map((await loadTurns(client, teamId, turnKeys)).map((turn) => [turnKey(turn), turn]))

  const before = new Map(idList.map((id) => [id, snapshot(stateOf(states, id), totals.get(id) ?? [])]))
  for (const item of items) {
    const changed =
      item.type === 'interaction'
        ? mergeGiven(stateOf(states, item.id), item.given, nowUs)
        : item.type === 'outcome'
          ? mergeOutcome(stateOf(states, item.interactionId), item.outcome, item.atGiven)
          : false
    if (changed) changedItems.add(item)
  }
  const written = await moveTurns(client, teamId, traces, days, moves, oldTurns, states)
  const changedTotals = moveTotals(moves, totals)

  const changedIds = idList.filter((id) => {
    const old = before.get(id)
    return old && (changedTotals.has(id) || old.text !== stateText(stateOf(states, id)))
  })
  for (const id of changedIds) {
    const old = before.get(id)
    const state = stateOf(states, id)
    if (old) delta.interaction(old.state, old.view, old.totals, -1n)
    delta.interaction(state, viewOf(state), totals.get(id) ?? [], 1n)
  }
  await moveOwned(client, teamId, { delta, moves, states, before, written, oldTurns })

  await writeTurns(client, teamId, written.turns, written.gone)
  await addSpend(client, teamId, moves.spendList())
  await writeTotals(
    client,
    teamId,
    [...changedTotals].flatMap(([interactionId, list]) => [...list].map((total) => ({ interactionId, total }))),
  )
  await updateInteractions(
    client,
    teamId,
    changedIds.map((id) => stateOf(states, id)),
    nowUs,
  )
  await addRollups(client, teamId, delta)
  return { delta, changedItems }
}

/** Brings turns up to date and the sums their interactions keep of them. */
const moveTurns = async (
  client: PoolClient,
  teamId: string,
  traces: ReadonlyMap<string, SettledTrace>,
  days: string[],
  moves: Moves,
  oldTurns: ReadonlyMap<string, Turn>,
  states: ReadonlyMap<string, InteractionState>,
): Promise<{ turns: Turn[]; gone: { interactionId: string; traceId: string }[]; shrunk: Set<string> }> => {
  const rebuild = [...moves.turns.values()].filter((turn) => turn.rebuild)
  if (rebuild.length > 0) {
    const stored = await wholeTraces(client, teamId, days, [...new Set(rebuild.map((turn) => turn.traceId))])
    for (const node of stored) traces.get(node.traceId)?.graph.load(node)
  }
  const turns: Turn[] = []
  const gone: { interactionId: string; traceId: string }[] = []
  const shrunk = new Set<string>()
  for (const [key, move] of moves.turns) {
    const { interactionId, traceId } = move
    const old = oldTurns.get(key)
    const graph = traces.get(traceId)?.graph
    const next =
      move.rebuild && graph
        ? turnOf(interactionId, traceId, spansOf(graph, interactionId))
        : changeTurn(turnOf(interactionId, traceId, move.added, old), move.changed)
    const state = stateOf(states, interactionId)
    if (old) countTurn(state, old, -1, bucketOf)
    if (!next) {
      if (old) gone.push({ interactionId, traceId })
      shrunk.add(interactionId)
      continue
    }
    countTurn(state, next, 1, bucketOf)
    if (old && move.rebuild) shrunk.add(interactionId)
    turns.push(next)
    widen(state, next)
  }
  // Where spans left an interaction, its earliest, latest and inferred values are read again from all its turns.
  const all = await loadAllTurns(client, teamId, [...shrunk])
  for (const id of shrunk) {
    const state = stateOf(states, id)
    state.firstSpanUs = state.lastSpanUs = null
    state.inferred = {}
    const written = new Map(turns.filter((turn) => turn.interactionId === id).map((turn) => [turnKey(turn), turn]))
    for (const turn of all) {
      if (turn.interactionId !== id || moves.turns.has(turnKey(turn))) continue
      widen(state, turn)
    }
    for (const turn of written.values()) widen(state, turn)
  }
  return { turns, gone, shrunk }
}

const widen = (state: InteractionState, turn: Turn): void => {
  state.firstSpanUs = Math.min(state.firstSpanUs ?? turn.firstStartUs, turn.firstStartUs)
  state.lastSpanUs = Math.max(state.lastSpanUs ?? turn.lastEventUs, turn.lastEventUs)
  mergeInferred(state.inferred, turn.inferred)
  // What erasing took away does not come back with a later span.
  if (isErased(state)) delete state.inferred.userId
}

const spansOf = (graph: TraceGraph, interactionId: string): SpanNode[] =>
  [...graph.nodes.values()].filter((node) => interactionOf(node, graph.mode) === interactionId)

/** A span that stays may have ended, named more, or lost its place at the top, where its failure counted. */
const changeTurn = (turn: Turn | undefined, changed: TurnMove['changed']): Turn | undefined => {
  if (!turn) return undefined
  for (const { old, node } of changed) {
    turn.failedTops += Number(failsTurn(node)) - Number(failsTurn(old))
    if (node.endUs !== null) turn.lastEndUs = Math.max(turn.lastEndUs ?? node.endUs, node.endUs)
    turn.lastEventUs = Math.max(turn.lastEventUs, node.endUs ?? node.startUs)
    mergeInferred(turn.inferred, toldBy(node))
  }
  return turn
}

/** Applies the span moves to the loaded totals; answers the changed ones per interaction. */
const moveTotals = (moves: Moves, totals: Map<string, Total[]>): Map<string, Set<Total>> => {
  const changed = new Map<string, Set<Total>>()
  for (const [interactionId, rows] of moves.totals) {
    const list = totals.get(interactionId) ?? []
    const byDims = new Map(list.map((total) => [JSON.stringify(total.dims), total]))
    for (const [key, move] of rows) {
      const moved =
        Object.values(move.measures).some((value) => value !== 0n) ||
        Object.keys(move.llmHist).length + Object.keys(move.toolHist).length > 0
      if (!moved) continue
      let total = byDims.get(key)
      if (!total) {
        total = { dims: move.dims, measures: {}, llmHist: {}, toolHist: {} }
        list.push(total)
      }
      addMeasures(total.measures, move.measures, 1n)
      addHistogram(total.llmHist, move.llmHist, 1)
      addHistogram(total.toolHist, move.toolHist, 1)
      const set = changed.get(interactionId) ?? new Set()
      changed.set(interactionId, set.add(total))
    }
    totals.set(interactionId, list)
  }
  return changed
}

type Before = { state: InteractionState; view: InteractionView; totals: Total[]; text: string }

const snapshot = (state: InteractionState, totals: readonly Total[]): Before => {
  const copy = structuredClone(state)
  return { state: copy, view: viewOf(copy), totals: structuredClone([...totals]), text: stateText(copy) }
}

const stateText = (state: InteractionState): string =>
  JSON.stringify(state, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))

/**
 * Calendar spend and availability windows follow their interaction's agent, release, workflow and segment. Where those
 * stay, only the batch's own rows move; where they change, all rows of the interaction do.
 */
const moveOwned = async (
  client: PoolClient,
  teamId: string,
  given: {
    delta: RollupDelta
    moves: Moves
    states: ReadonlyMap<string, InteractionState>
    before: ReadonlyMap<string, Before>
    written: { turns: Turn[]; gone: { interactionId: string; traceId: string }[] }
    oldTurns: ReadonlyMap<string, Turn>
  },
): Promise<void> => {
  const { delta, moves, states, before, written, oldTurns } = given
  const moved = [...before]
    .filter(([id, old]) => old.state.turns > 0 && owner(old.view) !== owner(viewOf(stateOf(states, id))))
    .map(([id]) => id)
  const movedSet = new Set(moved)
  const spend = await loadSpend(client, teamId, moved)
  const turns = await loadAllTurns(client, teamId, moved)
  for (const id of moved) {
    const old = before.get(id)
    const view = viewOf(stateOf(states, id))
    for (const row of spend.get(id) ?? []) {
      if (old) delta.addSpend(row, old.view, -1n)
      delta.addSpend(row, view, 1n)
    }
    for (const turn of turns) {
      if (turn.interactionId !== id || !old) continue
      delta.turn(turn, old.view, -1n)
      if (!moves.turns.has(turnKey(turn))) delta.turn(turn, view, 1n)
    }
  }
  for (const { interactionId, spend: row } of moves.spendList()) {
    delta.addSpend(row, viewOf(stateOf(states, interactionId)), 1n)
  }
  for (const [key, turn] of oldTurns) {
    const old = before.get(turn.interactionId)
    if (old && moves.turns.has(key) && !movedSet.has(turn.interactionId)) delta.turn(turn, old.view, -1n)
  }
  for (const turn of written.turns) delta.turn(turn, viewOf(stateOf(states, turn.interactionId)), 1n)
}

const owner = (view: InteractionView): string => JSON.stringify([view.agent, view.release, view.workflow, view.segment])

const stateOf = (states: ReadonlyMap<string, InteractionState>, id: string): InteractionState => {
  const state = states.get(id)
  if (!state) throw new Error(`interaction ${id} was not locked`)
  return state
}
