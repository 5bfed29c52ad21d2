import { createHash } from 'node:crypto'
import type { Histogram } from '@/lib/core/histogram'
import { dayOf, windowOf } from '@/lib/core/micros'
import {
  outcomeOf,
  turnMs,
  type InteractionState,
  type InteractionView,
  type Turn,
} from '@/lib/ingest/interaction-rules'
import {
  ALL_SPANS,
  addMeasures,
  keysOf,
  SPAN_MEASURES,
  type Measures,
  type SpanDims,
  type SpendMeasures,
} from '@/lib/ingest/measures'

/**
 * Roll-ups are sums over interactions (and over spans of no interaction) of the vectors below. A change of anything an
 * interaction stands for subtracts its old vectors and adds its new ones; spans are never scanned again (README 5).
 */
export const COHORT_MEASURES = {
  ...SPAN_MEASURES,
  interactions: 'interactions',
  withOutcome: 'with_outcome',
  resolved: 'resolved',
  abandoned: 'abandoned',
  escalated: 'escalated',
  contained: 'contained',
  badS1: 'bad_s1',
  badS2: 'bad_s2',
  badS3: 'bad_s3',
  badS4: 'bad_s4',
  badOutcomeCost: 'bad_outcome_cost_nano_usd',
  csatSum: 'csat_sum',
  csatCount: 'csat_count',
  knownCostInteractions: 'known_cost_interactions',
  knownCost: 'known_cost_nano_usd',
  knownCostResolved: 'known_cost_resolved',
  knownCostToolOk: 'known_cost_tool_ok',
  knownUsageInteractions: 'known_usage_interactions',
  knownUsageTokens: 'known_usage_tokens',
  knownUsageResolved: 'known_usage_resolved',
  turns: 'turns',
  turnsFailed: 'turns_failed',
  turnsUnknownDuration: 'turns_unknown_duration',
  unattributedCost: 'unattributed_cost_nano_usd',
  unattributedCalls: 'unattributed_calls',
  unattributedUnknownCalls: 'unattributed_unknown_calls',
} as const
export type CohortVector = Partial<Record<keyof typeof COHORT_MEASURES, bigint>>

export type Total = { dims: SpanDims; measures: Measures; llmHist: Histogram; toolHist: Histogram }
export type Spend = { hour: string; dims: SpanDims; measures: SpendMeasures }

/** Who and what a roll-up row is about; '' = none. */
export type Series = SpanDims & { agent: string; release: string; workflow: string; segment: string }

export const LATENCY = { turn: 1, llm: 2, tool: 3 } as const

/** Changes to roll-up rows, gathered over a batch and written sorted by key. */
export class RollupDelta {
  readonly series = new Map<string, Series>()
  readonly cohort = new Map<string, { hour: string; seriesId: string; vector: CohortVector }>()
  readonly latency = new Map<string, { hour: string; seriesId: string; measure: number; bucket: number; n: number }>()
  readonly spend = new Map<string, { hour: string; seriesId: string; measures: SpendMeasures }>()
  readonly window = new Map<string, { windowStart: string; seriesId: string; turns: number; turnsFailed: number }>()
  readonly userDay = new Map<string, { day: string; agent: string; userId: string; interactions: number }>()
  private readonly ids = new Map<string, string>()

  /** Adds (or takes away) everything an interaction stands for on the cohort clock. */
  interaction(state: InteractionState, view: InteractionView, totals: Iterable<Total>, sign: 1n | -1n): void {
    const { startHour: hour, startUs } = view
    if (hour === null || startUs === null) return
    const mine: Total[] = [...totals].filter((total) => total.measures.spans !== undefined && total.measures.spans > 0n)
    if (!mine.some((total) => total.dims.dimSet === 0)) {
      mine.push({ dims: ALL_SPANS, measures: {}, llmHist: {}, toolHist: {} })
    }
    for (const total of mine) {
      const id = this.seriesId(total.dims, view)
      this.addCohort(hour, id, cohortVector(state, total.measures), sign)
      this.addLatency(hour, id, LATENCY.turn, state.turnHist, sign)
      this.addLatency(hour, id, LATENCY.llm, total.llmHist, sign)
      this.addLatency(hour, id, LATENCY.tool, total.toolHist, sign)
    }
    if (view.userId !== null) {
      const [day, agent, userId] = [dayOf(startUs), view.agent ?? '', view.userId]
      const key = JSON.stringify([day, agent, userId])
      const row = entry(this.userDay, key, () => ({ day, agent, userId, interactions: 0 }))
      row.interactions += Number(sign)
    }
  }

  /** A span of no interaction, under its own hour and its own fields. */
  unattributed(hour: string, dims: SpanDims, from: Owner, add: Omit<Total, 'dims'>, sign: 1n | -1n): void {
    const id = this.seriesId(dims, from)
    const vector: CohortVector = { ...add.measures }
    if (add.measures.cost) vector.unattributedCost = add.measures.cost
    if (add.measures.llmCalls) vector.unattributedCalls = add.measures.llmCalls
    if (add.measures.unknownCostCalls) vector.unattributedUnknownCalls = add.measures.unknownCostCalls
    this.addCohort(hour, id, vector, sign)
    this.addLatency(hour, id, LATENCY.llm, add.llmHist, sign)
    this.addLatency(hour, id, LATENCY.tool, add.toolHist, sign)
  }

  addSpend(spend: Spend, owner: Owner, sign: 1n | -1n): void {
    const seriesId = this.seriesId(spend.dims, owner)
    const row = entry(this.spend, `${spend.hour}|${seriesId}`, () => ({ hour: spend.hour, seriesId, measures: {} }))
    addMeasures(row.measures, spend.measures, sign)
  }

  turn(turn: Turn, owner: Owner, sign: 1n | -1n): void {
    const seriesId = this.seriesId(ALL_SPANS, owner)
    const windowStart = windowOf(turn.firstStartUs)
    const key = `${windowStart}|${seriesId}`
    const row = entry(this.window, key, () => ({ windowStart, seriesId, turns: 0, turnsFailed: 0 }))
    row.turns += Number(sign)
    if (turn.failedTops > 0) row.turnsFailed += Number(sign)
  }

  private addCohort(hour: string, seriesId: string, vector: CohortVector, sign: 1n | -1n): void {
    const row = entry(this.cohort, `${hour}|${seriesId}`, () => ({ hour, seriesId, vector: {} }))
    addMeasures(row.vector, vector, sign)
  }

  private addLatency(hour: string, seriesId: string, measure: number, hist: Histogram, sign: 1n | -1n): void {
    for (const [text, n] of Object.entries(hist)) {
      const bucket = Number(text)
      const key = `${hour}|${seriesId}|${measure}|${bucket}`
      entry(this.latency, key, () => ({ hour, seriesId, measure, bucket, n: 0 })).n += Number(sign) * n
    }
  }

  private seriesId(dims: SpanDims, owner: Owner): string {
    const series: Series = {
      ...dims,
      agent: owner.agent ?? '',
      release: owner.release ?? '',
      workflow: owner.workflow ?? '',
      segment: owner.segment ?? '',
    }
    const text = seriesText(series)
    let id = this.ids.get(text)
    if (id === undefined) {
      id = seriesIdOf(text)
      this.ids.set(text, id)
      this.series.set(id, series)
    }
    return id
  }
}

export type Owner = Pick<InteractionView, 'agent' | 'release' | 'workflow' | 'segment'>

const seriesText = (s: Series): string =>
  JSON.stringify([s.dimSet, s.agent, s.release, s.workflow, s.segment, s.model, s.promptName, s.promptVersion, s.tool])

/** A UUID (version 8, RFC 9562) from the SHA-256 of the dimensions: every process computes the same without a look-up. */
export const seriesIdOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** What an interaction adds to a group in which it has spans: itself, its outcome, and its spans of that group. */
export const cohortVector = (state: InteractionState, measures: Measures): CohortVector => {
  const outcome = outcomeOf(state)
  const resolved = outcome?.result === 'resolved'
  const vector: CohortVector = {
    ...measures,
    interactions: 1n,
    turns: BigInt(state.turns),
    turnsFailed: BigInt(state.turnsFailed),
    turnsUnknownDuration: BigInt(state.turnsUnknownDuration),
  }
  if (outcome) {
    vector.withOutcome = 1n
    if (resolved) vector.resolved = 1n
    if (outcome.result === 'abandoned') vector.abandoned = 1n
    if (outcome.escalated) vector.escalated = 1n
    if (resolved && !outcome.escalated) vector.contained = 1n
    if (outcome.severity === 'S1') vector.badS1 = 1n
    if (outcome.severity === 'S2') vector.badS2 = 1n
    if (outcome.severity === 'S3') vector.badS3 = 1n
    if (outcome.severity === 'S4') vector.badS4 = 1n
    if (outcome.badOutcomeCost !== null) vector.badOutcomeCost = outcome.badOutcomeCost
    if (outcome.csat !== null) {
      vector.csatSum = BigInt(outcome.csat)
      vector.csatCount = 1n
    }
  }
  if (!measures.unknownCostCalls) {
    vector.knownCostInteractions = 1n
    vector.knownCost = measures.cost ?? 0n
    vector.knownCostToolOk = measures.toolOk ?? 0n
    if (resolved) vector.knownCostResolved = 1n
  }
  if (!measures.unknownUsageCalls) {
    vector.knownUsageInteractions = 1n
    vector.knownUsageTokens = (measures.inputTokens ?? 0n) + (measures.outputTokens ?? 0n)
    if (resolved) vector.knownUsageResolved = 1n
  }
  return vector
}

/** Adds (or takes away) a turn from the sums its interaction keeps. */
export const countTurn = (
  state: InteractionState,
  turn: Turn,
  sign: 1 | -1,
  bucketOf: (ms: number) => number,
): void => {
  const ms = turnMs(turn)
  state.turns += sign
  if (turn.failedTops > 0) state.turnsFailed += sign
  if (ms === null) state.turnsUnknownDuration += sign
  else {
    const bucket = bucketOf(ms)
    const next = (state.turnHist[bucket] ?? 0) + sign
    if (next === 0) delete state.turnHist[bucket]
    else state.turnHist[bucket] = next
  }
}

export const isZero = (vector: Partial<Record<string, bigint>>): boolean =>
  keysOf(vector).every((name) => vector[name] === 0n || vector[name] === undefined)

const entry = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const made = make()
  map.set(key, made)
  return made
}
