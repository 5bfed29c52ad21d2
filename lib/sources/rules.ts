import { quoteCall } from '@/lib/prices/rules'
import { DIALECTS_MAX, MODELS_MAX, REJECTIONS_MAX, UNKNOWN_KEYS_MAX, type Rejection, type Road } from './schema'

/**
 * What a batch tells about its senders, and when that is worth writing down. Sightings are sums and sets, so that those
 * of any number of processes can be added up in any order.
 */

/** What is looked at of a stored span; a SpanNode of ingest has it, before or after settling. */
export type SeenNode = {
  traceId: string
  kind: string
  status: string
  startUs: number
  agent: string | null
  scope: string | null
  interactionId: string | null
  provider: string | null
  model: string | null
  requestModel: string | null
  inputTokens: number | null
  outputTokens: number | null
  costReported: bigint | null
}

export type SeenSpan = {
  node: SeenNode
  scopeVersion: string | null
  /** Names of attributes that no dialect knows. */
  unknownKeys: readonly string[]
  dialects: readonly string[]
}

/** What was not stored. `span` names it as sent; left out when the whole request was refused. */
export type Refused = { reason: string; span?: string | undefined }

export type Sighting = {
  keyId: string
  road: Road
  service: string | null
  scope: string | null
  scopeVersion: string | null
  firstSeenAt: Date
  lastSeenAt: Date
  lastTraceId: string | null
  spans: number
  kinds: Record<string, number>
  modelCalls: number
  inputTokens: number
  outputTokens: number
  callsWithoutUsage: number
  withoutUsageAt: Date | null
  callsWithoutPrice: number
  withoutPriceAt: Date | null
  spansWithoutInteraction: number
  rejected: number
  dialects: string[]
  models: string[]
  modelsWithoutPrice: string[]
  unknownKeys: string[]
  rejections: Rejection[]
}

/** Sightings of one request, one for each source. What was refused names no service that could be trusted: a source of its own. */
export const sightingsOf = (
  from: { keyId: string; road: Road; now: Date },
  spans: readonly SeenSpan[],
  refused: readonly Refused[],
): Sighting[] => {
  const attributed = new Set(spans.flatMap(({ node }) => (node.interactionId === null ? [] : [node.traceId])))
  const isUnpriced = priceCheck()
  const sightings = new Map<string, Sighting>()
  // The spans of a request are much alike: what is made of a name is made once.
  const looked = new Map<string, { sighting: Sighting; names: Set<string> }>()
  for (const span of spans) {
    const { agent, scope, traceId } = span.node
    const raw = `${agent}\u0000${scope}\u0000${span.scopeVersion}`
    let at = looked.get(raw)
    if (!at) {
      at = { sighting: sightingOf(sightings, from, agent, scope, span.scopeVersion), names: new Set() }
      looked.set(raw, at)
    }
    addSpan(at.sighting, span, attributed.has(traceId), isUnpriced, at.names)
  }
  if (refused.length > 0) addRefused(sightingOf(sightings, from, null, null, null), refused, from.now)
  return [...sightings.values()]
}

/** Tells sources of one team apart. */
export const sourceKey = (source: Pick<Sighting, 'keyId' | 'road' | 'service' | 'scope' | 'scopeVersion'>): string =>
  JSON.stringify([source.keyId, source.road, source.service, source.scope, source.scopeVersion])

const sightingOf = (
  sightings: Map<string, Sighting>,
  from: { keyId: string; road: Road; now: Date },
  agent: string | null,
  scope: string | null,
  scopeVersion: string | null,
): Sighting => {
  const { keyId, road, now } = from
  const names = { keyId, road, service: name(agent), scope: name(scope), scopeVersion: name(scopeVersion) }
  const key = sourceKey(names)
  let sighting = sightings.get(key)
  if (!sighting) sightings.set(key, (sighting = { ...names, firstSeenAt: now, lastSeenAt: now, ...nothing() }))
  return sighting
}

const nothing = () => ({
  lastTraceId: null,
  spans: 0,
  kinds: {},
  modelCalls: 0,
  inputTokens: 0,
  outputTokens: 0,
  callsWithoutUsage: 0,
  withoutUsageAt: null,
  callsWithoutPrice: 0,
  withoutPriceAt: null,
  spansWithoutInteraction: 0,
  rejected: 0,
  dialects: [],
  models: [],
  modelsWithoutPrice: [],
  unknownKeys: [],
  rejections: [],
})

const addSpan = (
  sighting: Sighting,
  { node, unknownKeys, dialects }: SeenSpan,
  isAttributed: boolean,
  isUnpriced: (node: SeenNode) => boolean,
  /** Names that this request has added already. */
  names: Set<string>,
): void => {
  sighting.spans += 1
  sighting.lastTraceId = node.traceId
  sighting.kinds[node.kind] = (sighting.kinds[node.kind] ?? 0) + 1
  if (!isAttributed) sighting.spansWithoutInteraction += 1
  for (const key of unknownKeys) addOnce(names, 'key', sighting.unknownKeys, key, UNKNOWN_KEYS_MAX)
  for (const dialect of dialects) addOnce(names, 'dialect', sighting.dialects, dialect, DIALECTS_MAX)
  if (node.kind !== 'llm' && node.kind !== 'embedding') return
  sighting.modelCalls += 1
  sighting.inputTokens += node.inputTokens ?? 0
  sighting.outputTokens += node.outputTokens ?? 0
  const model = node.model ?? node.requestModel
  if (model !== null) addOnce(names, 'model', sighting.models, model, MODELS_MAX)
  const hasUsage = node.inputTokens !== null || node.outputTokens !== null
  // A failed call without counts was not billed; a reported cost needs neither counts nor price.
  if (node.costReported !== null) return
  if (!hasUsage && node.status !== 'error') {
    sighting.callsWithoutUsage += 1
    sighting.withoutUsageAt = sighting.lastSeenAt
  }
  if (hasUsage && isUnpriced(node)) {
    sighting.callsWithoutPrice += 1
    sighting.withoutPriceAt = sighting.lastSeenAt
    addNames(sighting.modelsWithoutPrice, [model ?? ''], MODELS_MAX)
  }
}

/** Looked up once for each model of a request: whether there is a price depends on little else. */
const priceCheck = (): ((node: SeenNode) => boolean) => {
  const known = new Map<string, boolean>()
  return (node) => {
    const key = `${node.provider}\u0000${node.model}\u0000${node.requestModel}`
    let unpriced = known.get(key)
    if (unpriced === undefined) {
      const { inputTokens, outputTokens } = node
      const quote = quoteCall({
        ...node,
        startedAt: new Date(node.startUs / 1000),
        usage: { inputTokens, outputTokens },
      })
      known.set(key, (unpriced = quote.unknown === 'no_price'))
    }
    return unpriced
  }
}

const addRefused = (sighting: Sighting, refused: readonly Refused[], now: Date): void => {
  sighting.rejected += refused.length
  sighting.rejections = refused
    .slice(-REJECTIONS_MAX)
    .reverse()
    .map(({ reason, span }) => ({
      at: now.toISOString(),
      reason: plain(reason, REASON_MAX),
      span: span === undefined ? null : plain(span, NAME_MAX),
    }))
}

const NAME_MAX = 128
const REASON_MAX = 300
const name = (text: string | null): string | null => (text === null || text === '' ? null : plain(text, NAME_MAX * 2))

/** One line that Postgres can hold; keys of agents never get into a reason. */
const plain = (text: string, max: number): string =>
  text
    .slice(0, max)
    .replace(/[\p{Cc}\p{Cs}]/gu, '\uFFFD')
    .replace(/sbx_([a-z0-9]{12})_[A-Za-z0-9]+/g, 'sbx_$1_…')

/** As `addNames`, at once for a name that the request has shown before. */
const addOnce = (names: Set<string>, what: string, known: string[], one: string, max: number): void => {
  if (known.length >= max) return
  const key = `${what} ${one}`
  if (names.has(key)) return
  names.add(key)
  addNames(known, [one], max)
}

const addNames = (known: string[], names: readonly string[], max: number): void => {
  for (const one of names) {
    if (known.length >= max) return
    const text = plain(one, NAME_MAX)
    if (!known.includes(text)) known.push(text)
  }
}

/** Both sightings of one source as one; `into` is changed. */
export const addSighting = (into: Sighting, more: Sighting): void => {
  if (more.lastSeenAt >= into.lastSeenAt) {
    into.lastTraceId = more.lastTraceId ?? into.lastTraceId
    into.lastSeenAt = more.lastSeenAt
  }
  if (more.firstSeenAt < into.firstSeenAt) into.firstSeenAt = more.firstSeenAt
  into.withoutUsageAt = later(into.withoutUsageAt, more.withoutUsageAt)
  into.withoutPriceAt = later(into.withoutPriceAt, more.withoutPriceAt)
  for (const field of SUMS) into[field] += more[field]
  for (const [kind, count] of Object.entries(more.kinds)) into.kinds[kind] = (into.kinds[kind] ?? 0) + count
  addNames(into.dialects, more.dialects, DIALECTS_MAX)
  addNames(into.models, more.models, MODELS_MAX)
  addNames(into.modelsWithoutPrice, more.modelsWithoutPrice, MODELS_MAX)
  addNames(into.unknownKeys, more.unknownKeys, UNKNOWN_KEYS_MAX)
  into.rejections = [...more.rejections, ...into.rejections]
    .sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
    .slice(0, REJECTIONS_MAX)
}

const later = (a: Date | null, b: Date | null): Date | null => (a === null || (b !== null && b > a) ? b : a)

const SUMS = [
  'spans',
  'modelCalls',
  'inputTokens',
  'outputTokens',
  'callsWithoutUsage',
  'callsWithoutPrice',
  'spansWithoutInteraction',
  'rejected',
] as const

/** What somebody who waits in front of the page would want to see at once, when it is the first of its kind. */
export const traitsOf = (sighting: Sighting): string[] => [
  'seen',
  ...Object.keys(sighting.kinds).map((kind) => `kind ${kind}`),
  ...sighting.dialects.map((dialect) => `dialect ${dialect}`),
  ...sighting.models.map((model) => `model ${model}`),
  ...sighting.unknownKeys.map((key) => `key ${key}`),
  ...sighting.rejections.map(({ reason }) => `refused ${reason}`),
  ...(sighting.inputTokens + sighting.outputTokens > 0 ? ['tokens'] : []),
  ...(sighting.callsWithoutUsage > 0 ? ['no usage'] : []),
  ...(sighting.callsWithoutPrice > 0 ? ['no price'] : []),
  ...(sighting.spansWithoutInteraction > 0 ? ['no interaction'] : []),
  ...(sighting.spansWithoutInteraction < sighting.spans ? ['interaction'] : []),
]

/** Milliseconds to wait before writing: news goes out at once, but a team writes no more than four times a second. */
export const writeDelayMs = (hasNews: boolean, lastWrite: Date | null, now: Date): number => {
  const since = lastWrite === null ? Infinity : now.getTime() - lastWrite.getTime()
  return Math.max(0, (hasNews ? NEWS_EVERY_MS : WRITE_EVERY_MS) - since)
}

export const NEWS_EVERY_MS = 250
export const WRITE_EVERY_MS = 5_000
