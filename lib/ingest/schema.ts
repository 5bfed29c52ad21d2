import { z } from 'zod'

/**
 * The wire contract of `POST /api/v1/events` (wire.md 1.5): one source for validation, types and OpenAPI. Bounds are
 * wire.md 1.6. Items are checked one by one; a bad one never rejects its batch.
 */
export const MAX_ITEMS = 10_000
export const MAX_BODY_BYTES = 16 * 1024 * 1024
export const MAX_INFLATED_BYTES = 64 * 1024 * 1024
export const MAX_NAME_CHARS = 256
export const MAX_ATTRIBUTES = 256
export const MAX_ATTRIBUTE_BYTES = 16 * 1024
export const MAX_ATTRIBUTE_DEPTH = 64
export const MAX_TEXT_CHARS = 16 * 1024

const Name = z.string().min(1, 'must not be empty').max(MAX_NAME_CHARS, `at most ${MAX_NAME_CHARS} characters`)
const Text = z.string().max(MAX_TEXT_CHARS, `at most ${MAX_TEXT_CHARS} characters`)
const Time = z.string().max(64).describe('ISO 8601; without a zone: UTC; between 2015 and now + 1 day')
const Tokens = z.number().int('must be a whole number').min(0).max(1e12)
const Usd = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,5})(?:\.\d{1,18})?$/, 'a decimal string in USD, 0 to below 1000000, up to 18 decimals')
  .describe('decimal string in USD')

export const SPAN_KINDS = [
  'llm',
  'embedding',
  'tool',
  'retrieval',
  'agent',
  'workflow',
  'plan',
  'guardrail',
  'evaluation',
  'other',
] as const

/** Inclusive counts: input contains cache reads and writes, output contains reasoning (wire.md 3.3). */
export const UsageEvent = z
  .object({
    inputTokens: Tokens,
    outputTokens: Tokens,
    cacheReadTokens: Tokens.nullish(),
    cacheWriteTokens: Tokens.nullish(),
    cacheWrite1hTokens: Tokens.nullish(),
    reasoningTokens: Tokens.nullish(),
    audioInputTokens: Tokens.nullish(),
    audioOutputTokens: Tokens.nullish(),
  })
  .superRefine((u, issues) => {
    const over = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message })
    if ((u.cacheReadTokens ?? 0) + (u.cacheWriteTokens ?? 0) > u.inputTokens) {
      over('inputTokens', 'must contain cacheReadTokens + cacheWriteTokens: send inclusive counts')
    }
    if ((u.cacheWrite1hTokens ?? 0) > (u.cacheWriteTokens ?? 0)) {
      over('cacheWriteTokens', 'must contain cacheWrite1hTokens: send inclusive counts')
    }
    if ((u.reasoningTokens ?? 0) > u.outputTokens) {
      over('outputTokens', 'must contain reasoningTokens: send inclusive counts')
    }
    if ((u.audioInputTokens ?? 0) > u.inputTokens) over('inputTokens', 'must contain audioInputTokens')
    if ((u.audioOutputTokens ?? 0) > u.outputTokens) over('outputTokens', 'must contain audioOutputTokens')
  })

/** Any JSON; checked for size and depth after redaction, not by its schema. */
const Payload = z.unknown().describe('any JSON: text, messages, arguments')

export const SpanEvent = z.object({
  type: z.literal('span'),
  id: Name,
  traceId: Name,
  parentId: Name.nullish(),
  interactionId: Name.nullish(),
  agent: Name.nullish(),
  release: Name.nullish(),
  prompt: z.object({ name: Name, version: z.union([Name, z.number().int().min(0)]).nullish() }).nullish(),
  kind: z.enum(SPAN_KINDS),
  name: Name,
  startedAt: Time,
  endedAt: Time.nullish(),
  status: z.enum(['ok', 'error', 'unset']).nullish(),
  errorType: Name.nullish(),
  statusMessage: Text.nullish(),
  attempt: z.number().int().min(1).max(1_000).nullish(),
  finishReason: Name.nullish(),
  model: Name.nullish(),
  requestModel: Name.nullish(),
  provider: Name.nullish(),
  responseId: Name.nullish(),
  firstTokenMs: z.number().min(0).max(86_400_000).nullish(),
  usage: UsageEvent.nullish(),
  costUsd: Usd.nullish(),
  tool: z.object({ name: Name, callId: Name.nullish() }).nullish(),
  actionId: Name.nullish(),
  input: Payload.nullish(),
  output: Payload.nullish(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
})

export const InteractionEvent = z.object({
  type: z.literal('interaction'),
  id: Name,
  agent: Name,
  release: Name.nullish(),
  workflow: Name.nullish(),
  segment: Name.nullish(),
  userId: Name.nullish(),
  channel: Name.nullish(),
  locale: Name.nullish(),
  startedAt: Time.nullish(),
  endedAt: Time.nullish(),
})

export const OutcomeEvent = z.object({
  type: z.literal('outcome'),
  interactionId: Name,
  result: z.enum(['resolved', 'unresolved', 'abandoned'], {
    error:
      'must be resolved, unresolved or abandoned; "escalated" and "failed" are attribute shorthand: send result "unresolved" and the field escalated (true or false) here',
  }),
  escalated: z.boolean().nullish(),
  severity: z.enum(['S1', 'S2', 'S3', 'S4']).nullish(),
  badOutcomeCostUsd: Usd.nullish(),
  reason: Text.nullish(),
  csat: z.number().int().min(1).max(5).nullish(),
  at: Time.nullish(),
})

export const ScoreEvent = z
  .object({
    type: z.literal('score'),
    id: Name.nullish(),
    interactionId: Name.nullish(),
    spanId: Name.nullish(),
    traceId: Name.nullish(),
    name: Name,
    value: z.number().min(-1e15).max(1e15).nullish(),
    label: Name.nullish(),
    source: z.enum(['human', 'rule', 'model']),
    comment: Text.nullish(),
    at: Time.nullish(),
  })
  .superRefine((s, issues) => {
    const need = (path: string, message: string) => issues.addIssue({ code: 'custom', path: [path], message })
    if (!s.interactionId && !s.traceId) need('interactionId', 'a score names its interactionId or its traceId')
    if (s.value == null && s.label == null) need('value', 'a score has a value or a label')
  })

export const Event = z.discriminatedUnion('type', [SpanEvent, InteractionEvent, OutcomeEvent, ScoreEvent], {
  error: 'type must be span, interaction, outcome or score',
})
export type Event = z.output<typeof Event>
export type SpanEvent = z.output<typeof SpanEvent>

/** As documented; the reader takes the envelope apart itself so that one bad item rejects only itself. */
export const EventsBody = z.object({ events: z.array(Event).max(MAX_ITEMS) })

export const ITEM_CODES = ['bad_request', 'forbidden_agent', 'limit_exceeded'] as const
export const Rejected = z.object({
  index: z.number().int(),
  id: z.string().optional(),
  code: z.enum(ITEM_CODES),
  message: z.string(),
  path: z.string().optional(),
})
export type Rejected = z.output<typeof Rejected>

export const EventsAnswer = z.object({
  accepted: z.number().int().describe('items stored, or already stored'),
  duplicates: z.number().int().describe('of the accepted ones, those that changed nothing'),
  rejected: z.array(Rejected),
})
export type EventsAnswer = z.output<typeof EventsAnswer>
