import { z } from 'zod'
import { IsoTime } from '@/lib/core/iso-time'
import { PageQuery, pageOf } from '@/lib/core/page'
import { IdText } from '@/lib/core/text'

/** The contract of what sends telemetry: one source for each key, road, service and instrumentation scope. */

/** The doors telemetry comes in by: OTLP, our native events, tracing JSON of the OpenAI Agents SDK. */
export const ROADS = ['otlp', 'events', 'openai-agents'] as const
export type Road = (typeof ROADS)[number]

/** Names kept of one source. */
export const UNKNOWN_KEYS_MAX = 50
export const MODELS_MAX = 20
export const DIALECTS_MAX = 20
export const REJECTIONS_MAX = 5

const Count = z.int()

export const Rejection = z.object({
  at: z.string(),
  reason: z.string(),
  span: z.string().nullable().describe('as sent; null = the whole request'),
})
export type Rejection = z.infer<typeof Rejection>

/** What the ledger has of an interaction, counts included that came on other spans than those of the calls. */
const InteractionTotals = z.object({
  modelCalls: Count,
  callsWithoutUsage: Count,
  callsWithoutCost: Count,
  inputTokens: z.number(),
  outputTokens: z.number(),
  costUsd: z.string().nullable().describe('decimal; null = of no call known'),
})

export const SourceView = z.object({
  id: z.string(),
  keyId: z.string().describe('public part of the key'),
  road: z.enum(ROADS),
  service: z.string().nullable().describe('the agent or service as it names itself'),
  scope: z.string().nullable().describe('instrumentation scope'),
  scopeVersion: z.string().nullable(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  spans: Count.describe('arrivals, those sent again too; at most 5 s behind, which a crash may lose'),
  kinds: z.record(z.string(), Count),
  dialects: z.array(z.string()).describe('conventions its attributes follow'),
  models: z.array(z.string()),
  modelCalls: Count,
  inputTokens: z.number(),
  outputTokens: z.number(),
  lastTrace: z
    .object({
      id: z.string(),
      isAttributed: z.boolean().describe('a span of the trace names an interaction'),
      interactionId: z.string().nullable().describe('null = none, or several'),
      agent: z.string().nullable().describe('agent of that interaction'),
      result: z.string().nullable().describe('outcome of that interaction, if one has come'),
      totals: InteractionTotals.nullable().describe('null = nothing of that interaction is counted'),
    })
    .nullable(),
  notUnderstood: z.object({
    unknownKeys: z.array(z.string()).describe('attributes no convention names: kept and searchable, not used'),
    callsWithoutUsage: Count.describe('model calls without token counts, failed ones left out'),
    withoutUsageAt: z.string().nullable().describe('the last of them'),
    callsWithoutPrice: Count,
    withoutPriceAt: z.string().nullable().describe('the last of them'),
    modelsWithoutPrice: z.array(z.string()),
    spansWithoutInteraction: Count.describe('as they came: a later span may name it for the whole trace'),
    rejected: Count,
    rejections: z.array(Rejection).describe('the latest, newest first'),
  }),
})
export type SourceView = z.infer<typeof SourceView>

export const SourcePage = pageOf(SourceView)
export const SourcesQuery = PageQuery.extend({
  keyId: IdText.optional().describe('public part of a key'),
  since: IsoTime.optional().describe('seen at or after'),
})
export type SourcesQuery = z.output<typeof SourcesQuery>
