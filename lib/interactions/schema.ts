import { z } from 'zod'
import { IsoTime } from '@/lib/core/iso-time'
import { PageQuery } from '@/lib/core/page'

/** The contract of the reading side: interactions with what they cost, and their spans. */
const Name = z.string().max(256)
const Usd = z.string().nullable().describe('decimal string, nine places; null = unknown')

export const ATTRIBUTES_MAX = 3
/** Days looked at when the question names no start. */
export const ATTRIBUTE_DAYS = 31
/** Key and value both hold at least a character; either may hold colons (attribute-rules.ts). */
const AttributePair = z
  .string()
  .max(1_024)
  .regex(/^[^\p{Cs}]+:[^\p{Cs}]+$/u, 'Write key:value.')
const AttributePairs = z
  .union([AttributePair, z.array(AttributePair).max(ATTRIBUTES_MAX)])
  .transform((pairs) => (Array.isArray(pairs) ? pairs : [pairs]))

export const InteractionsQuery = PageQuery.extend({
  from: IsoTime.optional().describe('started at or after'),
  to: IsoTime.optional().describe('started before'),
  agent: Name.optional(),
  release: Name.optional(),
  workflow: Name.optional(),
  segment: Name.optional(),
  userId: Name.optional(),
  result: z
    .enum(['resolved', 'unresolved', 'abandoned', 'open'])
    .optional()
    .describe('abandoned includes those past their idle limit'),
  escalated: z.enum(['true', 'false']).optional(),
  id: Name.optional(),
  attribute: AttributePairs.optional().describe(
    `key:value, at most ${ATTRIBUTES_MAX} times: a span of it has the attribute, on a day of from..to; without from: of the last ${ATTRIBUTE_DAYS} days. Numbers, true and false are found as text and as themselves, and within lists`,
  ),
})
export type InteractionsQuery = z.output<typeof InteractionsQuery>

export const InteractionSummary = z.object({
  id: z.string(),
  agent: z.string().nullable(),
  release: z.string().nullable(),
  workflow: z.string().nullable(),
  segment: z.string().nullable(),
  userId: z.string().nullable(),
  channel: z.string().nullable(),
  locale: z.string().nullable(),
  startedAt: z.string().nullable().describe('null while only an outcome is known: it is counted once it has a start'),
  endedAt: z.string().nullable(),
  state: z.enum(['open', 'closed']),
  result: z.enum(['resolved', 'unresolved', 'abandoned']).nullable(),
  escalated: z.boolean(),
  severity: z.string().nullable(),
  badOutcomeCostUsd: Usd,
  csat: z.number().int().nullable(),
  costUsd: Usd,
  unknownCostCalls: z.number().int(),
  llmCalls: z.number().int(),
  llmErrors: z.number().int(),
  toolCalls: z.number().int(),
  toolErrors: z.number().int().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  turns: z.number().int(),
  turnErrors: z.number().int(),
  spans: z.number().int(),
})
export type InteractionSummary = z.output<typeof InteractionSummary>

export const InteractionsPage = z.object({ items: z.array(InteractionSummary), nextCursor: z.string().nullable() })

export const SpanView = z.object({
  id: z.string(),
  traceId: z.string(),
  parentId: z.string().nullable(),
  interactionId: z
    .string()
    .nullable()
    .describe('as counted: its own, its nearest ancestor’s, or the only one of its trace'),
  kind: z.string(),
  name: z.string(),
  status: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  durationMs: z.number().nullable(),
  agent: z.string().nullable(),
  release: z.string().nullable(),
  model: z.string().nullable(),
  requestModel: z.string().nullable(),
  provider: z.string().nullable(),
  promptName: z.string().nullable(),
  promptVersion: z.string().nullable(),
  tool: z.string().nullable(),
  toolCallId: z.string().nullable(),
  attempt: z.number().nullable(),
  finishReason: z.string().nullable(),
  errorType: z.string().nullable(),
  statusMessage: z.string().nullable(),
  firstTokenMs: z.number().nullable(),
  usage: z
    .object({
      inputTokens: z.number().nullable(),
      outputTokens: z.number().nullable(),
      cacheReadTokens: z.number().nullable(),
      cacheWriteTokens: z.number().nullable(),
      reasoningTokens: z.number().nullable(),
    })
    .nullable(),
  costUsd: Usd,
  costState: z
    .string()
    .nullable()
    .describe('reported, computed, aggregate, unknown, not_billed, shadowed, duplicate; null for other kinds'),
  costReportedUsd: Usd,
  costComputedUsd: Usd,
  priceSource: z.string().nullable(),
  orphan: z.boolean().describe('names a parent that has not come'),
  flags: z.array(z.string()),
})
export type SpanView = z.output<typeof SpanView>

export const InteractionView = InteractionSummary.omit({ spans: true }).extend({
  outcomeReason: z.string().nullable(),
  outcomeAt: z.string().nullable(),
  traces: z.array(
    z.object({
      traceId: z.string(),
      startedAt: z.string(),
      endedAt: z.string().nullable(),
      spans: z.number().int(),
      failed: z.boolean(),
    }),
  ),
  spanCount: z.number().int(),
  spans: z.array(SpanView).describe('by start; a page'),
  nextCursor: z.string().nullable().describe('of the spans'),
  scores: z.array(
    z.object({
      id: z.string(),
      spanId: z.string().nullable(),
      traceId: z.string().nullable(),
      name: z.string(),
      value: z.number().nullable(),
      label: z.string().nullable(),
      source: z.string(),
      comment: z.string().nullable(),
      at: z.string(),
    }),
  ),
})
export type InteractionView = z.output<typeof InteractionView>

export const SpanDetail = SpanView.extend({
  input: z.unknown(),
  output: z.unknown(),
  inputFullBytes: z.number().nullable().describe('length of the whole when the stored one was cut'),
  outputFullBytes: z.number().nullable(),
  attributes: z.record(z.string(), z.unknown()).nullable(),
  priceRates: z.unknown(),
})
export type SpanDetail = z.output<typeof SpanDetail>

export const OneInteraction = {
  params: z.object({ id: Name }),
  query: PageQuery.extend({ limit: z.coerce.number().int().min(1).max(2_000).default(500) }),
}
export const OneSpan = {
  params: z.object({ id: Name }),
  query: z.object({ traceId: Name.min(1, 'names the trace').describe('a span id is unique in its trace only') }),
}

export const Erased = z.object({
  interactions: z.number().int(),
  payloads: z.number().int(),
  more: z.boolean().describe('others of this user are left: call again'),
})
export const UserParams = z.object({
  userId: z.string().min(1).max(256).describe('as stored: hashed if the team hashes user ids'),
})
