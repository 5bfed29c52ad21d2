import { metadataName, noHits, offer, type Field, type Hits } from '@/lib/ingest/dialects/fields'
import { knownAttribute, rankOf, type Known } from '@/lib/ingest/dialects/known'
import { rebuild, type FlatList } from '@/lib/ingest/dialects/messages'
import { objectOf } from '@/lib/ingest/dialects/readers'
import type { AttributeValue, OtlpResource, OtlpSpan } from '@/lib/ingest/otlp/types'

/** All that a span tells, each field by the strongest of its attributes (wire.md 3). One pass over the attributes. */
export type Resolved = {
  hits: Hits
  /** Flattened evaluations, by what they judge and where they stood. */
  scores: Map<string, { of: 'span' | 'trace' | 'interaction'; list: FlatList }>
  /** What is stored as attributes: neither content nor users, which have places of their own. */
  kept: (readonly [name: string, value: AttributeValue])[]
  exception: { type: AttributeValue; message: AttributeValue } | null
  /** A count or an amount that cannot be one. */
  hasBadNumber: boolean
  /** Flattened lists had more parts than are put together again. */
  isListCut: boolean
}

export const resolve = (span: OtlpSpan): Resolved => {
  const found: Found = {
    hits: noHits(),
    scores: new Map(),
    kept: [],
    exception: null,
    hasBadNumber: false,
    isListCut: false,
    lists: new Map(),
    steps: 0,
  }
  for (const name of Object.keys(span.attributes)) {
    const value = span.attributes[name]
    if (value !== undefined) takeAttribute(found, name, value)
  }
  takeEvents(found, span)
  takeLists(found)
  takeResource(found, span.resource)
  return found
}

type Found = Resolved & { lists: Map<string, { side: 'input' | 'output'; list: FlatList }>; steps: number }

const takeAttribute = (found: Found, name: string, value: AttributeValue): void => {
  const known = knownAttribute(name)
  switch (known?.kind) {
    case 'field':
      take(found, known, value, name)
      if (!HAS_ITS_PLACE.has(known.entry.field)) found.kept.push([name, value])
      return
    case 'open':
      for (const [key, part] of Object.entries(known.open(value))) {
        const virtual = `${name}#${key}`
        const inner = knownAttribute(virtual)
        if (inner?.kind === 'field') take(found, inner, part, virtual)
      }
      found.kept.push([name, value])
      return
    case 'prefix':
      takePrefixed(found, known, name, value)
      return
    default:
      found.kept.push([name, value])
  }
}

const HAS_ITS_PLACE: ReadonlySet<Field> = new Set<Field>(['input', 'output', 'userId'])

const take = (found: Found, known: Extract<Known, { kind: 'field' }>, value: AttributeValue, name: string): void => {
  if (!known.entry.take(found.hits, value, known.rank, name)) found.hasBadNumber = true
}

type Prefixed = Extract<Known, { kind: 'prefix' }>

const takePrefixed = (found: Found, { prefix, entry }: Prefixed, name: string, value: AttributeValue): void => {
  const rest = name.slice(prefix.length)
  if (('messages' in entry || 'scores' in entry) && !hasRoom(found, rest)) return
  if ('messages' in entry) {
    const group = found.lists.get(prefix) ?? { side: entry.messages, list: [] }
    group.list.push([rest, value])
    found.lists.set(prefix, group)
  } else if ('scores' in entry) {
    const group = found.scores.get(prefix) ?? { of: entry.scores, list: [] }
    group.list.push([rest, value])
    found.scores.set(prefix, group)
  } else if (rest === '') {
    found.kept.push([name, withoutUser(found, entry.metadata, value)])
  } else if (!takeMetadata(found, entry.metadata, rest, value)) {
    found.kept.push([name, value])
  }
}

/** Steps of the names of one span's flattened lists: each makes an object, and a body can hold millions of them. */
const STEPS_MAX = 50_000

const hasRoom = (found: Found, rest: string): boolean => {
  if (found.steps <= STEPS_MAX) found.steps += rest.split('.', STEPS_MAX).length
  found.isListCut ||= found.steps > STEPS_MAX
  return found.steps <= STEPS_MAX
}

/** True when it names the user, who has a place of his own. */
const takeMetadata = (found: Found, source: string, key: string, value: AttributeValue): boolean => {
  const name = metadataName(key)
  const known = knownAttribute(`metadata:${source}:${name}`)
  if (known?.kind !== 'field') return false
  take(found, known, value, key)
  return known.entry.field === 'userId'
}

/** Longer metadata is kept, but not searched for names. */
const METADATA_MAX = 64 * 1024

const withoutUser = (found: Found, source: string, value: AttributeValue): AttributeValue => {
  const metadata = objectOf(value, METADATA_MAX)
  if (!metadata) return value
  const others = Object.entries(metadata).filter(([key, part]) => !takeMetadata(found, source, key, part))
  if (others.length === Object.keys(metadata).length) return value
  const rest = Object.fromEntries(others)
  return typeof value === 'string' ? JSON.stringify(rest) : rest
}

const EVENT_ROLES: Readonly<Record<string, string>> = {
  'gen_ai.system.message': 'system',
  'gen_ai.user.message': 'user',
  'gen_ai.assistant.message': 'assistant',
  'gen_ai.tool.message': 'tool',
  'gen_ai.choice': 'assistant',
}
/** Content that came as an event of its own (wire.md 1.3). */
export const DETAILS_EVENT = 'gen_ai.client.inference.operation.details'
const EVENTS_MAX = 1_000

const takeEvents = (found: Found, span: OtlpSpan): void => {
  const messages: Record<'input' | 'output', AttributeValue[]> = { input: [], output: [] }
  let stacktrace: AttributeValue | undefined
  for (const { name, attributes } of span.events.slice(0, EVENTS_MAX)) {
    if (name === 'exception') {
      const type = attributes['exception.type'] ?? null
      found.exception = { type, message: attributes['exception.message'] ?? null }
      stacktrace = attributes['exception.stacktrace']
    } else if (name === DETAILS_EVENT) {
      takeContent(found, attributes)
    } else if (Object.hasOwn(EVENT_ROLES, name)) {
      const body = objectOf(attributes['gen_ai.event.content']) ?? attributes
      const side = name === 'gen_ai.choice' ? 'output' : 'input'
      messages[side].push({ role: EVENT_ROLES[name] ?? 'user', ...body })
    }
  }
  if (stacktrace !== undefined) found.kept.push(['exception.stacktrace', stacktrace])
  for (const side of ['input', 'output'] as const) {
    if (messages[side].length === 0) continue
    offer(found.hits, side, { value: messages[side], rank: rankOf(side, '@events'), source: '@events' })
  }
}

/** What of the attributes is input or output. */
export const takeContent = (found: Pick<Resolved, 'hits'>, attributes: OtlpSpan['attributes']): void => {
  for (const [name, value] of Object.entries(attributes)) {
    const known = knownAttribute(name)
    if (known?.kind !== 'field') continue
    const { field } = known.entry
    if (field === 'input' || field === 'output') known.entry.take(found.hits, value, known.rank, name)
  }
}

const takeLists = (found: Found): void => {
  for (const [prefix, { side, list }] of found.lists) {
    const source = `@${prefix}`
    const rank = rankOf(side, source)
    const old = found.hits[side]
    if (!old || rank < old.rank) offer(found.hits, side, { value: rebuild(list), rank, source })
  }
}

/** What a resource may tell of every span of it. */
const TOLD_BY_RESOURCE = [
  'agent', 'serviceName', 'release', 'workflow', 'segment', 'environment', 'interactionId', 'userId',
  'serviceInstance', 'hostName', 'processId',
] as const satisfies Field[] // prettier-ignore

/** The same for each span, and said of the machine rather than of the work: not stored again and again. */
const MACHINERY = /^(process|telemetry|host|os|container|k8s|cloud|faas|webengine|service|deployment)\./

const takeResource = (found: Found, resource: OtlpResource): void => {
  const { hits, kept } = resourceOf(resource)
  for (const field of TOLD_BY_RESOURCE) {
    const hit = hits[field]
    if (hit) offer(found.hits, field, hit)
  }
  for (const attribute of kept) found.kept.push(attribute)
}

type OfResource = Pick<Resolved, 'hits' | 'kept'>
const resources = new WeakMap<OtlpResource, OfResource>()
const resourceOf = (resource: OtlpResource): OfResource => {
  const seen = resources.get(resource)
  if (seen) return seen
  const made: OfResource = { hits: noHits(), kept: [] }
  for (const [name, value] of Object.entries(resource.attributes)) {
    const known = knownAttribute(name)
    if (known?.kind === 'field') known.entry.take(made.hits, value, known.rank, name)
    const isStored = known?.kind !== 'field' && !MACHINERY.test(name)
    if (isStored) made.kept.push([`resource.${name}`, value])
  }
  resources.set(resource, made)
  return made
}
