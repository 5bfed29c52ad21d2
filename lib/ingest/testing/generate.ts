import { Random } from '@/lib/ingest/testing/random'
import type { WireEvent, WireInteraction, WireOutcome, WireSpan } from '@/lib/ingest/testing/wire-events'

export type Generated = {
  /** Each event once, whole. */
  events: WireEvent[]
  /** Early copies of some of them that lack fields which the whole one has. */
  partial: WireEvent[]
}

/** Shapes of traces; each is drawn equally often, deep chains only as often as asked for. */
const SHAPES = [
  'tree',
  'wrappers',
  'twoInstrumentations',
  'orphans',
  'cycle',
  'selfParent',
  'several',
  'tools',
] as const
/** Only where spans have scopes: not over the native API. */
const SCOPED_SHAPES = ['twins', 'twins', 'twins', 'twins', 'agentOnly'] as const
type Shape = (typeof SHAPES)[number] | (typeof SCOPED_SHAPES)[number] | 'deep'

/**
 * Traces of agents that nobody would write by hand: nested wrappers, two instrumentations around one call, orphans,
 * cycles, self-parents, deep chains, several interactions in one trace, calls without usage or price, traces across
 * midnight and the end of the year; with `scopes` also calls seen by a second instrumentation in a trace of its own, and
 * traces in which only agents report usage. Span ids repeat from trace to trace. Every date is fixed and past.
 */
export const generate = (
  seed: number,
  size: { traces?: number; deep?: number; depth?: number; name?: string; scopes?: boolean } = {},
): Generated => {
  const { traces = 1_000, deep = 0, depth = 10_000, name = `g${seed}`, scopes = false } = size
  const random = new Random(seed)
  const events: WireEvent[] = []
  const interactions = Math.max(1, Math.round(traces * 0.6))
  for (let i = 0; i < interactions; i++) events.push(...interactionEvents(random, `${name}-i${i}`))
  for (let t = 0; t < traces; t++) {
    const shape: Shape = t < deep ? 'deep' : random.pick(scopes ? [...SHAPES, ...SCOPED_SHAPES] : SHAPES)
    const ids = [0, 1, 2].map(() => `${name}-i${random.int(0, interactions - 1)}`)
    const spans = traceOf(random, `${name}-t${t}`, shape, ids, depth)
    events.push(...spans)
    if (shape === 'twins') events.push(...twinsOf(random, spans))
  }
  const partial = events.flatMap((event) =>
    random.chance(0.15) ? [withoutSome(random, event), withoutSome(random, event)] : [],
  )
  return { events, partial }
}

const START_MS = [
  Date.UTC(2025, 11, 31, 23, 59, 57),
  Date.UTC(2026, 1, 17, 23, 59, 50),
  Date.UTC(2026, 1, 17, 10, 59, 58),
  Date.UTC(2026, 0, 5, 12, 0, 0),
] as const
const AGENTS = ['desk', 'shop', 'ops'] as const
const MODELS = [
  { provider: 'openai', model: 'gpt-4o' },
  { provider: 'openai', model: 'gpt-4o-mini' },
  { provider: 'anthropic', model: 'claude-sonnet-4-5' },
  { provider: 'nobody', model: 'no-such-model' },
] as const

const iso = (us: number): string =>
  `${new Date(Math.floor(us / 1000)).toISOString().slice(0, 23)}${String(us % 1000).padStart(3, '0')}Z`

const interactionEvents = (random: Random, id: string): WireEvent[] => {
  const events: WireEvent[] = []
  const start = random.pick(START_MS) * 1000 + random.int(0, 9_000_000)
  if (random.chance(0.8)) {
    const event: WireInteraction = { type: 'interaction', id, agent: random.pick(AGENTS) }
    // Without a start of its own it falls back to its spans, or to its arrival, which no oracle can know.
    event.startedAt = iso(start - random.int(0, 5_000_000_000))
    if (random.chance(0.5)) event.release = random.pick(['r1', 'r2'])
    if (random.chance(0.4)) event.workflow = random.pick(['refund', 'order'])
    if (random.chance(0.4)) event.segment = random.pick(['gold', 'basic'])
    if (random.chance(0.5)) event.userId = `user-${random.int(1, 9)}`
    if (random.chance(0.2)) event.endedAt = iso(start + 60_000_000)
    events.push(event)
  }
  const outcomes = random.pick([0, 1, 1, 1, 2])
  for (let k = 0; k < outcomes; k++) {
    const event: WireOutcome = {
      type: 'outcome',
      interactionId: id,
      result: random.pick(['resolved', 'resolved', 'unresolved', 'abandoned']),
      at: iso(start + 1_000_000 * (k + 1)),
    }
    if (random.chance(0.3)) event.escalated = random.chance(0.7)
    if (random.chance(0.2)) event.severity = random.pick(['S1', 'S2', 'S3', 'S4'])
    if (random.chance(0.2)) event.badOutcomeCostUsd = `${random.int(0, 900)}.${random.int(0, 99)}`
    if (random.chance(0.3)) event.csat = random.int(1, 5)
    events.push(event)
  }
  return events
}

const traceOf = (random: Random, traceId: string, shape: Shape, ids: readonly string[], depth: number): WireSpan[] => {
  const count = shape === 'deep' ? depth : random.int(1, 14)
  const first = random.pick(START_MS) * 1000 + random.int(0, 2_000_000)
  const spans: WireSpan[] = []
  for (let n = 0; n < count; n++) {
    const span = spanOf(random, traceId, `s${n}`, first + n * random.int(0, 900_000), shape)
    if (shape === 'twins' && random.chance(0.5))
      Object.assign(span, { kind: 'llm', model: 'gpt-4o', provider: 'openai' })
    if (shape === 'deep') span.startedAt = iso(first + n * 1_000)
    const parent = shape === 'deep' ? n - 1 : random.int(Math.max(0, n - 3), n - 1)
    if (n > 0) span.parentId = `s${parent}`
    else if (random.chance(0.2)) span.parentId = 'never-sent'
    spans.push(span)
  }
  bend(random, shape, spans)
  nameInteractions(random, shape, spans, ids)
  return spans
}

const spanOf = (random: Random, traceId: string, id: string, startUs: number, shape: Shape): WireSpan => {
  const call = random.chance(shape === 'wrappers' || shape === 'deep' ? 0.75 : 0.45)
  const kind = call
    ? random.pick(['llm', 'llm', 'llm', 'embedding'])
    : random.pick(['tool', 'tool', 'agent', 'workflow'])
  const span: WireSpan = {
    type: 'span',
    id,
    traceId,
    kind,
    name: `${kind}-${random.int(1, 3)}`,
    startedAt: iso(startUs),
  }
  if (random.chance(0.85)) span.endedAt = iso(startUs + random.int(200, 40_000_000))
  if (random.chance(0.85)) span.status = random.chance(0.15) ? 'error' : 'ok'
  if (random.chance(0.3)) span.agent = random.pick(AGENTS)
  if (random.chance(0.2)) span.release = random.pick(['r1', 'r2', 'r3'])
  if (kind === 'tool' && random.chance(0.7)) span.tool = { name: random.pick(['lookup', 'refund']) }
  // An agent or workflow that repeats the usage of what is below it is no model call, whatever it says.
  if (call || random.chance(0.2)) giveUsage(random, span)
  return span
}

const giveUsage = (random: Random, span: WireSpan): void => {
  if (random.chance(0.9)) Object.assign(span, random.pick(MODELS))
  if (random.chance(0.4)) span.prompt = { name: random.pick(['greet', 'plan']), version: random.pick(['1', '2']) }
  if (random.chance(0.2)) span.firstTokenMs = random.int(1, 900)
  if (random.chance(0.2)) span.costUsd = `0.${String(random.int(0, 99_999_999)).padStart(9, '0')}`
  if (!random.chance(0.65)) return
  const [inputTokens, outputTokens] = [random.int(0, 900), random.int(0, 300)]
  span.usage = { inputTokens, outputTokens }
  if (random.chance(0.3)) span.usage.cacheReadTokens = random.int(0, inputTokens)
  if (random.chance(0.3)) span.usage.reasoningTokens = random.int(0, outputTokens)
}

/** Gives the trace the trouble it is named for. */
const bend = (random: Random, shape: Shape, spans: WireSpan[]): void => {
  for (const span of spans) {
    if (shape === 'agentOnly') {
      if (span.kind === 'llm' || span.kind === 'embedding')
        for (const field of ['usage', 'costUsd'] as const) delete span[field]
      else if (random.chance(0.5)) Object.assign(span, { kind: 'agent', usage: { inputTokens: 70, outputTokens: 7 } })
    }
    if (shape === 'orphans' && random.chance(0.3)) span.parentId = `lost-${random.int(1, 3)}`
    if (shape === 'selfParent' && random.chance(0.2)) span.parentId = span.id
    if (shape !== 'twoInstrumentations' || !span.usage) continue
    // The second instrumentation around the same call: the same counts, with details of its own.
    const outer = spans.find(({ id }) => id === span.parentId)
    if (!outer || outer.usage || !(outer.kind === 'llm' || outer.kind === 'embedding')) continue
    outer.usage = { inputTokens: span.usage.inputTokens, outputTokens: span.usage.outputTokens }
    if (random.chance(0.7)) outer.usage.cacheReadTokens = random.int(0, span.usage.inputTokens)
    if (random.chance(0.5)) outer.costUsd = `0.0${random.int(0, 9_999)}`
  }
  if (shape === 'cycle') {
    const [top, low] = [spans[0], spans[random.int(0, spans.length - 1)]]
    if (top && low) top.parentId = low.id
  }
}

/** The same calls as a second instrumentation saw them, each a trace of its own; some only look so. */
const twinsOf = (random: Random, spans: readonly WireSpan[]): WireSpan[] => {
  const twins: WireSpan[] = []
  for (const [n, span] of spans.entries()) {
    span.scope = 'framework'
    if (random.chance(0.5)) span.serviceInstance = `host-${random.int(1, 2)}`
    if (span.kind !== 'llm' || span.endedAt == null) continue
    if (random.chance(0.7)) span.responseId = `resp-${span.traceId}-${random.int(0, 3)}`
    if (!random.chance(0.9)) continue
    const { model, provider, usage, responseId, serviceInstance, startedAt, endedAt } = span
    const far = random.chance(0.15) ? 90_000_000 : 0
    const at = (time: string): string => iso(Date.parse(time) * 1000 + far)
    const twin: WireSpan = {
      type: 'span',
      id: `s${n}`,
      traceId: `${span.traceId}-twin${random.chance(0.2) ? '' : n}`,
      kind: 'llm',
      name: 'chat',
      startedAt: at(startedAt),
      endedAt: at(endedAt),
      scope: random.pick(['sdk', 'sdk', 'sdk', 'gateway', 'framework']),
      status: 'ok',
    }
    if (random.chance(0.3)) twin.parentId = 'elsewhere'
    if (responseId != null && random.chance(0.8)) twin.responseId = responseId
    if (serviceInstance !== undefined && random.chance(0.8)) twin.serviceInstance = serviceInstance
    if (model != null) twin.model = model
    if (provider != null) twin.provider = provider
    if (usage && random.chance(0.9)) twin.usage = { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens }
    twins.push(twin)
    // A gateway saw it, too.
    if (random.chance(0.3)) twins.push({ ...twin, id: `g${n}`, traceId: `${twin.traceId}-gateway`, scope: 'gateway' })
  }
  return twins
}

const nameInteractions = (random: Random, shape: Shape, spans: WireSpan[], ids: readonly string[]): void => {
  if (random.chance(0.15)) return
  const own = shape === 'several' || random.chance(0.15) ? ids : ids.slice(0, 1)
  const share = shape === 'deep' ? 3 / spans.length : 0.25
  for (const span of spans) {
    const id = own[random.int(0, own.length - 1)]
    if (id !== undefined && random.chance(share)) span.interactionId = id
  }
}

/** A copy that was sent before all was known: some optional fields are missing, none says anything else. */
const withoutSome = (random: Random, event: WireEvent): WireEvent => {
  if (event.type !== 'span') return event
  const copy: WireSpan = { ...event }
  const optional = ['parentId', 'endedAt', 'status', 'agent', 'release', 'interactionId', 'usage', 'costUsd'] as const
  for (const field of optional) if (random.chance(0.4)) delete copy[field]
  if (random.chance(0.3))
    for (const field of ['model', 'provider', 'prompt', 'tool', 'firstTokenMs'] as const) delete copy[field]
  // What ties one call to another may come only with a later copy, too.
  for (const field of ['responseId', 'serviceInstance', 'scope'] as const) if (random.chance(0.3)) delete copy[field]
  return copy
}
