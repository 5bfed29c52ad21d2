import 'server-only'
import { dayOf, parseIso, type Micros } from '@/lib/core/micros'
import { parseUsd } from '@/lib/core/money'
import {
  hashOf,
  isStorableTime,
  OUTSIDE_TIMES,
  redactorOf,
  storedText,
  userHash,
  type Sender,
} from '@/lib/ingest/bounded'
import type { Given } from '@/lib/ingest/interaction-rules'
import type { Item } from '@/lib/ingest/items'
import { boundPayload, checkDepth, wellFormed } from '@/lib/ingest/payload'
import {
  Event,
  MAX_ATTRIBUTE_BYTES,
  MAX_ATTRIBUTE_DEPTH,
  MAX_ATTRIBUTES,
  MAX_NAME_CHARS,
  type Rejected,
  type SpanEvent,
} from '@/lib/ingest/schema'
import { newNode } from '@/lib/ingest/span-node'
import type { Redactor } from '@/lib/redaction/rules'
import type { JsonValue } from '@/lib/redaction/schema'

export type { Sender } from '@/lib/ingest/bounded'

export type Normalised = { item: Item; rejected?: never } | { item?: never; rejected: Omit<Rejected, 'index'> }

/** Checks one raw event, redacts it and brings it into the ledger's form. Never throws for anything a client can send. */
export const normaliser = (sender: Sender): ((raw: unknown, suspicious: boolean) => Normalised) => {
  const redact = redactorOf(sender.team)
  return (raw, suspicious) => {
    const depth = checkDepth(raw)
    if (depth) return refuse(raw, 'bad_request', depth)
    const { value, replaced } = suspicious ? wellFormed(raw) : { value: raw, replaced: false }
    const parsed = Event.safeParse(value)
    if (!parsed.success) {
      const issue = parsed.error.issues[0]
      const path = issue?.path.join('.') ?? ''
      return refuse(raw, 'bad_request', `${path || 'item'}: ${issue?.message ?? 'is not valid'}`, path)
    }
    const event = parsed.data
    const context = { sender, redact, flags: replaced ? ['replaced_characters'] : [] }
    try {
      switch (event.type) {
        case 'span':
          return { item: spanItem(event, context) }
        case 'interaction':
          return { item: interactionItem(event, context) }
        case 'outcome':
          return { item: outcomeItem(event, context) }
        case 'score':
          return { item: scoreItem(event, context) }
      }
    } catch (error) {
      if (error instanceof Refusal) return refuse(raw, error.code, error.message, error.path)
      throw error
    }
  }
}

class Refusal extends Error {
  readonly code: Rejected['code']
  readonly path: string
  constructor(code: Rejected['code'], path: string, message: string) {
    super(`${path}: ${message}`)
    this.code = code
    this.path = path
  }
}

const refuse = (raw: unknown, code: Rejected['code'], message: string, path?: string): Normalised => {
  const id = typeof raw === 'object' && raw !== null && 'id' in raw && typeof raw.id === 'string' ? raw.id : undefined
  return {
    rejected: {
      ...(id === undefined ? {} : { id: id.slice(0, MAX_NAME_CHARS).toWellFormed() }),
      code,
      message,
      ...(path ? { path } : {}),
    },
  }
}

type Context = { sender: Sender; redact: Redactor | undefined; flags: string[] }

const time = (text: string, path: string, sender: Sender): Micros => {
  const us = parseIso(text)
  if (us === null)
    throw new Refusal('bad_request', path, 'is not an ISO 8601 time, for example 2026-03-01T12:00:00.000Z')
  if (!isStorableTime(us, sender.nowUs)) throw new Refusal('bad_request', path, OUTSIDE_TIMES)
  return us
}

const agentOf = (agent: string | null | undefined, sender: Sender): string | null => {
  if (agent != null && sender.agentName !== null && agent !== sender.agentName) {
    throw new Refusal('forbidden_agent', 'agent', `this key may only send for the agent ${sender.agentName}`)
  }
  return agent ?? sender.agentName
}

const spanItem = (event: SpanEvent, { sender, redact, flags }: Context): Item => {
  const startUs = time(event.startedAt, 'startedAt', sender)
  let endUs = event.endedAt == null ? null : time(event.endedAt, 'endedAt', sender)
  if (endUs !== null && endUs < startUs) {
    endUs = startUs
    flags.push('end_before_start')
  }
  const limit = sender.team.payloadMaxBytes
  const input = boundPayload(event.input, redact, limit)
  const output = boundPayload(event.output, redact, limit)
  if (input?.fullBytes) flags.push('input_cut')
  if (output?.fullBytes) flags.push('output_cut')
  const attributes = boundAttributes(event.attributes, redact)
  const day = dayOf(startUs)
  const u = event.usage
  const node = newNode({
    day,
    traceId: event.traceId,
    spanId: event.id,
    parentId: event.parentId ?? null,
    kind: event.kind,
    name: storedText(event.name, redact)?.slice(0, MAX_NAME_CHARS) ?? event.name,
    status: event.status ?? 'unset',
    startUs,
    endUs,
    agent: agentOf(event.agent, sender),
    release: event.release ?? null,
    workflow: null,
    segment: null,
    environment: sender.environment,
    interactionId: event.interactionId ?? null,
    userId: null,
    outcome: null,
    scope: null,
    serviceInstance: null,
    subAgent: null,
    model: event.model ?? null,
    requestModel: event.requestModel ?? null,
    provider: event.provider ?? null,
    responseId: event.responseId ?? null,
    promptName: event.prompt?.name ?? null,
    promptVersion: event.prompt?.version == null ? null : String(event.prompt.version),
    toolName: event.tool?.name ?? null,
    toolCallId: event.tool?.callId ?? null,
    actionId: event.actionId ?? null,
    attempt: event.attempt ?? null,
    finishReason: event.finishReason ?? null,
    errorType: event.errorType ?? null,
    statusMessage: storedText(event.statusMessage, redact),
    firstTokenMs: event.firstTokenMs ?? null,
    inputTokens: u?.inputTokens ?? null,
    outputTokens: u?.outputTokens ?? null,
    cacheReadTokens: u?.cacheReadTokens ?? null,
    cacheWriteTokens: u?.cacheWriteTokens ?? null,
    cacheWrite1hTokens: u?.cacheWrite1hTokens ?? null,
    reasoningTokens: u?.reasoningTokens ?? null,
    audioInputTokens: u?.audioInputTokens ?? null,
    audioOutputTokens: u?.audioOutputTokens ?? null,
    costReported: event.costUsd == null ? null : parseUsd(event.costUsd),
    flags,
    receivedUs: sender.nowUs,
  })
  const payload =
    input || output || attributes
      ? {
          day,
          traceId: event.traceId,
          spanId: event.id,
          input: input?.text ?? null,
          output: output?.text ?? null,
          inputFullBytes: input?.fullBytes ?? null,
          outputFullBytes: output?.fullBytes ?? null,
          attributes,
        }
      : null
  return { type: 'span', node, payload }
}

const boundAttributes = (
  attributes: Record<string, unknown> | null | undefined,
  redact: Redactor | undefined,
): Record<string, unknown> | null => {
  if (!attributes) return null
  const entries = Object.entries(attributes)
  if (entries.length === 0) return null
  if (entries.length > MAX_ATTRIBUTES) throw new Refusal('bad_request', 'attributes', `at most ${MAX_ATTRIBUTES} keys`)
  const bounded: Record<string, unknown> = Object.create(null)
  for (const [key, value] of entries) {
    const path = `attributes.${key.slice(0, 64)}`
    if (key.length > MAX_NAME_CHARS)
      throw new Refusal('bad_request', path, `a key has at most ${MAX_NAME_CHARS} characters`)
    if (checkDepth(value, MAX_ATTRIBUTE_DEPTH))
      throw new Refusal('bad_request', path, `nested deeper than ${MAX_ATTRIBUTE_DEPTH}`)
    const redacted = redact ? redact(asJson(value)).value : value
    if (Buffer.byteLength(JSON.stringify(redacted) ?? 'null') > MAX_ATTRIBUTE_BYTES) {
      throw new Refusal(
        'bad_request',
        path,
        `larger than ${MAX_ATTRIBUTE_BYTES} bytes; put large content into input or output`,
      )
    }
    bounded[key] = redacted
  }
  return bounded
}

/** Values come from JSON.parse: they are JSON. */
const asJson = (value: unknown): JsonValue => (value ?? null) as JsonValue

const interactionItem = (event: Extract<Event, { type: 'interaction' }>, { sender }: Context): Item => {
  const given: Given = {}
  const agent = agentOf(event.agent, sender)
  if (agent !== null) given.agent = agent
  for (const field of ['release', 'workflow', 'segment', 'channel', 'locale'] as const) {
    const value = event[field]
    if (value != null) given[field] = value
  }
  if (event.userId != null) given.userId = sender.team.hashUserIds ? userHash(event.userId, sender.team) : event.userId
  if (event.startedAt != null) given.startedAt = String(time(event.startedAt, 'startedAt', sender))
  if (event.endedAt != null) given.endedAt = String(time(event.endedAt, 'endedAt', sender))
  return { type: 'interaction', id: event.id, given }
}

const outcomeItem = (event: Extract<Event, { type: 'outcome' }>, { sender, redact }: Context): Item => ({
  type: 'outcome',
  interactionId: event.interactionId,
  atGiven: event.at != null,
  outcome: {
    result: event.result,
    escalated: event.escalated ?? false,
    severity: event.severity ?? null,
    badOutcomeCost: event.badOutcomeCostUsd == null ? null : parseUsd(event.badOutcomeCostUsd),
    reason: storedText(event.reason, redact),
    csat: event.csat ?? null,
    atUs: event.at == null ? sender.nowUs : time(event.at, 'at', sender),
  },
})

const scoreItem = (event: Extract<Event, { type: 'score' }>, { sender, redact }: Context): Item => ({
  type: 'score',
  atGiven: event.at != null,
  spanLookup: event.spanId != null && event.traceId == null,
  score: {
    id:
      event.id ??
      // Without an id a score is identified by what it scores, its name and its source (wire.md 1.5): hashed, because
      // these names together are too long for an index entry.
      hashOf([event.interactionId ?? null, event.traceId ?? null, event.spanId ?? null, event.name, event.source]),
    interactionId: event.interactionId ?? null,
    traceId: event.traceId ?? null,
    spanId: event.spanId ?? null,
    name: event.name,
    value: event.value ?? null,
    label: event.label ?? null,
    source: event.source,
    comment: storedText(event.comment, redact),
    atUs: event.at == null ? sender.nowUs : time(event.at, 'at', sender),
  },
})
