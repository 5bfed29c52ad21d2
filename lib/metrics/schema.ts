import { z } from 'zod'
import { IsoTime } from '@/lib/core/iso-time'

/**
 * The contract of `GET /api/v1/metrics`. Measures are README section 6 of the design, to the letter; what each means is
 * said here once and reaches the OpenAPI document as its description.
 */
export const DIMENSIONS = ['team', 'agent', 'release', 'workflow', 'segment', 'model', 'promptVersion', 'tool'] as const
export type Dimension = (typeof DIMENSIONS)[number]
export const INTERVALS = ['none', 'hour', 'day'] as const

/** Answers hold at most this many rows; ask for a shorter range or a wider interval. */
export const MAX_ROWS = 20_000

const Value = z.string().max(256)
/** One value or several (`agent=a&agent=b`); the empty text asks for "none named". */
const Values = z.union([Value, z.array(Value).max(50)]).transform((value) => (Array.isArray(value) ? value : [value]))

export const MetricsQuery = z.object({
  from: IsoTime.optional().describe('start, rounded down to the hour; default: 24 hours before `to`'),
  to: IsoTime.optional().describe('end, not included, rounded up to the hour; default: the end of the current hour'),
  by: z
    .string()
    .max(200)
    .default('')
    .transform((text, issues): Dimension[] => {
      const names = text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== '')
      return [...new Set(names)].flatMap((name) => {
        const known = DIMENSIONS.find((dimension) => dimension === name)
        if (!known)
          issues.addIssue({ code: 'custom', message: `"${name.slice(0, 40)}" is none of ${DIMENSIONS.join(', ')}` })
        return known ? [known] : []
      })
    })
    .describe(`dimensions to group by, comma-separated: ${DIMENSIONS.join(', ')}`),
  interval: z.enum(INTERVALS).default('none').describe('buckets; days are UTC'),
  team: Value.optional().describe('slug of a team; a key sees its own'),
  agent: Values.optional(),
  release: Values.optional(),
  workflow: Values.optional(),
  segment: Values.optional(),
  model: Value.optional(),
  promptName: Value.optional().describe('together with promptVersion'),
  promptVersion: Value.optional().describe('together with promptName'),
  tool: Value.optional(),
})
export type MetricsQuery = z.output<typeof MetricsQuery>
export type MetricsFilters = z.input<typeof MetricsQuery>

const Count = z.number().int()
const Known = z.number().nullable()
const Usd = z.string().nullable().describe('decimal string, nine places; null = unknown')
const Rate = z.number().nullable().describe('0..1, nine places; null = nothing to divide by')
const Ms = z.number().nullable().describe('milliseconds, relative error below 5 %; null = unknown')

export const Measures = z.object({
  interactions: Count,
  closed: Count.describe('with an outcome, or past their idle limit'),
  resolved: Count,
  abandoned: Count.describe('by outcome, or past their idle limit'),
  escalated: Count,
  contained: Count.describe('resolved and not escalated'),
  resolutionRate: Rate,
  containedRate: Rate,
  escalationRate: Rate,
  costUsd: Usd.describe('cohort clock: under the start of the interaction, or the span’s own when it has none'),
  unattributedCostUsd: Usd.describe('part of costUsd: spans of no interaction'),
  spendUsd: Usd.describe('calendar clock: every call under its own start'),
  costPerResolutionUsd: Usd.describe('cost of all interactions of known cost ÷ the resolved ones among them'),
  costPerToolCallUsd: Usd.describe('the same cost ÷ successful tool calls'),
  tokensPerResolution: Known,
  knownCostInteractions: Count.describe('interactions in the cost ratios: those without a call of unknown cost'),
  knownUsageInteractions: Count,
  reportedUsd: Usd.describe('what providers reported, over calls where a computed cost is known too'),
  computedUsd: Usd.describe('what the price book says for the same calls'),
  inputTokens: Known,
  cacheReadTokens: Known,
  cacheWriteTokens: Known,
  outputTokens: Known,
  reasoningTokens: Known,
  spans: Count,
  llmCalls: Count,
  llmErrors: Count.describe('failed model calls that were not billed'),
  llmErrorRate: Rate,
  unknownCostCalls: Count,
  unknownUsageCalls: Count,
  shadowedCalls: Count.describe('outer copies of a priced call'),
  duplicateCalls: Count,
  toolCalls: Count,
  toolErrors: Known,
  toolSuccessRate: Rate,
  turns: Count,
  turnErrors: Count,
  turnErrorRate: Rate,
  p50Ms: Ms,
  p95Ms: Ms,
  p99Ms: Ms,
  llmP50Ms: Ms,
  llmP95Ms: Ms,
  llmP99Ms: Ms,
  toolP50Ms: Ms,
  toolP95Ms: Ms,
  toolP99Ms: Ms,
  unknownDurationSpans: Count,
  unknownDurationTurns: Count,
  availability: Rate.describe('share of 5-minute windows with traffic in which fewer than half the turns failed'),
  badOutcomes: z.object({ S1: Count, S2: Count, S3: Count, S4: Count }),
  badOutcomeCostUsd: z.string(),
  csat: Rate.describe('mean of 1..5; null = nobody answered'),
  csatCount: Count,
  users: z
    .number()
    .int()
    .nullable()
    .describe(
      'distinct users of the days touched; null when grouped or filtered by more than team and agent, or by the hour',
    ),
  returningUsers: z.number().int().nullable().describe('of them, those on two or more days'),
})
export type Measures = z.output<typeof Measures>

export const MetricsRow = Measures.extend({
  keys: z.record(z.string(), z.string().nullable()).describe('the names as sent; null = none named'),
  bucket: z.string().nullable(),
})
export type MetricsRow = z.output<typeof MetricsRow>

export const MetricsAnswer = z.object({
  rows: z.array(MetricsRow),
  totals: Measures.describe('computed by itself, never summed from rows'),
  range: z.object({ from: z.string(), to: z.string() }).describe('as used: rounded outward to the hour'),
  asOf: z.string(),
})
export type MetricsAnswer = z.output<typeof MetricsAnswer>
