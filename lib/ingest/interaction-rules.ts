import type { Histogram } from '@/lib/core/histogram'
import { hourOf, type Micros } from '@/lib/core/micros'
import type { SpanNode } from '@/lib/ingest/span-node'

/** Fields that spans can tell about their interaction; the last non-empty by span start wins (wire.md 1.5). */
export const INFERRED_FIELDS = ['agent', 'release', 'workflow', 'segment', 'userId', 'outcome'] as const
export type InferredField = (typeof INFERRED_FIELDS)[number]
/**
 * A value with the place of the span that told it: time, trace, span. Compared in that order; the greatest wins. The time
 * is the span's start; an outcome's is the span's end (wire.md 1.5).
 */
export type Told = readonly [value: string, timeUs: Micros, traceId: string, spanId: string]
export type Inferred = Partial<Record<InferredField, Told>>

export const GIVEN_FIELDS = [
  'agent',
  'release',
  'workflow',
  'segment',
  'userId',
  'channel',
  'locale',
  'startedAt',
  'endedAt',
] as const
export type Given = Partial<Record<(typeof GIVEN_FIELDS)[number], string>>

export type Outcome = {
  result: 'resolved' | 'unresolved' | 'abandoned'
  escalated: boolean
  severity: string | null
  badOutcomeCost: bigint | null
  reason: string | null
  csat: number | null
  atUs: Micros
}

/** What a span's attributes say of the outcome (wire.md 3.2). */
export type SpanOutcome = Pick<Outcome, 'result' | 'escalated' | 'severity' | 'reason'>

/** The one spelling of a span's outcome: the ledger and its recount compare it as text. */
export const spanOutcomeText = ({ result, escalated, severity, reason }: SpanOutcome): string =>
  JSON.stringify({ result, escalated, severity, reason })

/** One interaction as stored: what was given, what spans told, its outcome and the sums of its turns. */
export type InteractionState = {
  id: string
  given: Given
  inferred: Inferred
  firstEventUs: Micros | null
  firstSpanUs: Micros | null
  lastSpanUs: Micros | null
  /** Given by an event; what counts is `outcomeOf`. */
  outcome: Outcome | null
  turns: number
  turnsFailed: number
  turnsUnknownDuration: number
  turnHist: Histogram
}

export const emptyInteraction = (id: string): InteractionState => ({
  id,
  given: {},
  inferred: {},
  firstEventUs: null,
  firstSpanUs: null,
  lastSpanUs: null,
  outcome: null,
  turns: 0,
  turnsFailed: 0,
  turnsUnknownDuration: 0,
  turnHist: {},
})

/** The merged view of an interaction: given beats inferred; null = nobody said. */
export type InteractionView = {
  agent: string | null
  release: string | null
  workflow: string | null
  segment: string | null
  userId: string | null
  channel: string | null
  locale: string | null
  /** Null while only an outcome is known: it is not counted yet. */
  startUs: Micros | null
  startHour: string | null
  endUs: Micros | null
  lastEventUs: Micros | null
}

export const viewOf = (state: InteractionState): InteractionView => {
  const pick = (field: Exclude<InferredField, 'outcome'>): string | null =>
    state.given[field] ?? state.inferred[field]?.[0] ?? null
  const givenStart = state.given.startedAt === undefined ? null : Number(state.given.startedAt)
  const givenEnd = state.given.endedAt === undefined ? null : Number(state.given.endedAt)
  const startUs = givenStart ?? state.firstSpanUs ?? state.firstEventUs
  const ends = [startUs, givenEnd, state.lastSpanUs].filter((us) => us !== null)
  return {
    agent: pick('agent'),
    release: pick('release'),
    workflow: pick('workflow'),
    segment: pick('segment'),
    userId: pick('userId'),
    channel: state.given.channel ?? null,
    locale: state.given.locale ?? null,
    startUs,
    startHour: startUs === null ? null : hourOf(startUs),
    endUs: givenEnd ?? state.lastSpanUs,
    lastEventUs: startUs === null ? null : Math.max(...ends),
  }
}

/** The outcome that counts: of the given one and the last told by a span the later; at the same time the given one. */
export const outcomeOf = (state: InteractionState): Outcome | null => {
  const told = state.inferred.outcome
  if (!told || (state.outcome && state.outcome.atUs >= told[1])) return state.outcome
  return { ...spanOutcome(told[0]), badOutcomeCost: null, csat: null, atUs: told[1] }
}

/** The same outcome as text, without what somebody wrote about it. */
export const withoutReason = (outcome: string): string => spanOutcomeText({ ...spanOutcome(outcome), reason: null })

/** Written by spanOutcomeText only. */
const spanOutcome = (text: string): SpanOutcome => JSON.parse(text) as SpanOutcome

/** What an erased user counts on as. */
export const ERASED_PREFIX = 'erased-'
export const isErased = (state: InteractionState): boolean => state.given.userId?.startsWith(ERASED_PREFIX) ?? false

/** Merges an interaction event; times in `given` are microseconds as text. Returns whether anything changed. */
export const mergeGiven = (state: InteractionState, event: Given, arrivalUs: Micros): boolean => {
  let changed = false
  for (const field of GIVEN_FIELDS) {
    const value = event[field]
    // A resend does not bring an erased user back.
    if (field === 'userId' && isErased(state)) continue
    if (value !== undefined && state.given[field] !== value) {
      state.given[field] = value
      changed = true
    }
  }
  if (state.firstEventUs === null) {
    state.firstEventUs = arrivalUs
    changed = true
  }
  return changed
}

/** Later `at` wins, equal `at`: the later arrival. Returns whether anything changed. */
export const mergeOutcome = (state: InteractionState, sent: Outcome, atGiven: boolean): boolean => {
  const outcome = isErased(state) ? { ...sent, reason: null } : sent
  const old = state.outcome
  if (old && outcome.atUs < old.atUs) return false
  // Without `at` the time is the arrival: the same outcome sent again says nothing new.
  if (old && outcomeText(old) === outcomeText(atGiven ? outcome : { ...outcome, atUs: old.atUs })) return false
  state.outcome = outcome
  return true
}

const outcomeText = (outcome: Outcome): string =>
  JSON.stringify({
    ...outcome,
    badOutcomeCost: outcome.badOutcomeCost === null ? null : String(outcome.badOutcomeCost),
  })

/** The later of two tellings. */
export const later = (a: Told | undefined, b: Told | undefined): Told | undefined => {
  if (!a || !b) return a ?? b
  for (const i of [1, 2, 3] as const) {
    if (a[i] !== b[i]) return a[i] > b[i] ? a : b
  }
  return a
}

export const mergeInferred = (into: Inferred, from: Inferred): void => {
  for (const field of INFERRED_FIELDS) {
    const told = later(into[field], from[field])
    if (told) into[field] = told
  }
}

export const toldBy = (node: SpanNode): Inferred => {
  const inferred: Inferred = {}
  for (const field of INFERRED_FIELDS) {
    const value = node[field]
    if (value === null || value === '') continue
    const timeUs = field === 'outcome' ? (node.endUs ?? node.startUs) : node.startUs
    inferred[field] = [value, timeUs, node.traceId, node.spanId]
  }
  return inferred
}

/** One trace of one interaction. */
export type Turn = {
  interactionId: string
  traceId: string
  spans: number
  firstStartUs: Micros
  lastEndUs: Micros | null
  lastEventUs: Micros
  failedTops: number
  inferred: Inferred
}

/** A turn lasts from its first start to its last end; no end known = duration unknown. */
export const turnMs = (turn: Turn): number | null =>
  turn.lastEndUs === null ? null : Math.max(0, turn.lastEndUs - turn.firstStartUs) / 1000
