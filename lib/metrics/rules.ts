import { percentile } from '@/lib/core/histogram'
import { microsOf } from '@/lib/core/iso-time'
import { DAY_US, fromDate, HOUR_US, type Micros } from '@/lib/core/micros'
import { divideHalfUp, formatUsd } from '@/lib/core/money'
import { DomainError } from '@/lib/core/errors'
import type { Dimension, Measures, MetricsQuery } from '@/lib/metrics/schema'

/** How sums of the roll-ups become the measures of README section 6: what is null, what is divided by what. */

/** Sums as the queries read them; bigint for money and counts alike. */
export type Sums = {
  cohort: Record<string, bigint>
  spend: { cost: bigint; calls: bigint; unknown: bigint }
  /** Without an outcome and not past their idle limit. */
  open: bigint
  latency: { turn: Map<number, number>; llm: Map<number, number>; tool: Map<number, number> }
  windows: { withTraffic: bigint; available: bigint }
  users: { all: bigint; returning: bigint } | null
}

/** `withUsers`: whether the question can be answered by users; then nobody is 0. */
export const emptySums = (withUsers: boolean): Sums => ({
  cohort: {},
  spend: { cost: 0n, calls: 0n, unknown: 0n },
  open: 0n,
  latency: { turn: new Map(), llm: new Map(), tool: new Map() },
  windows: { withTraffic: 0n, available: 0n },
  users: withUsers ? { all: 0n, returning: 0n } : null,
})

export const measuresOf = (sums: Sums): Measures => {
  const c = (name: string): bigint => sums.cohort[name] ?? 0n
  const n = (name: string): number => Number(c(name))
  const closed = c('interactions') - sums.open
  const calls = c('llm_calls')
  const known = (sum: string, knownCalls: bigint): number | null => sumOrNull(c(sum), calls, knownCalls)
  const knownUsage = calls - c('unknown_usage_calls')
  const rated = c('tool_ok') + c('tool_errors')
  const { turn, llm, tool } = sums.latency
  return {
    interactions: n('interactions'),
    closed: Number(closed),
    resolved: n('resolved'),
    abandoned: Number(c('abandoned') + closed - c('with_outcome')),
    escalated: n('escalated'),
    contained: n('contained'),
    resolutionRate: ratio(c('resolved'), closed),
    containedRate: ratio(c('contained'), closed),
    escalationRate: ratio(c('escalated'), closed),
    costUsd: usdOrNull(c('cost_nano_usd'), calls, c('unknown_cost_calls')),
    unattributedCostUsd: usdOrNull(
      c('unattributed_cost_nano_usd'),
      c('unattributed_calls'),
      c('unattributed_unknown_calls'),
    ),
    spendUsd: usdOrNull(sums.spend.cost, sums.spend.calls, sums.spend.unknown),
    costPerResolutionUsd: perUsd(c('known_cost_nano_usd'), c('known_cost_resolved')),
    costPerToolCallUsd: perUsd(c('known_cost_nano_usd'), c('known_cost_tool_ok')),
    tokensPerResolution: ratio(c('known_usage_tokens'), c('known_usage_resolved')),
    knownCostInteractions: n('known_cost_interactions'),
    knownUsageInteractions: n('known_usage_interactions'),
    reportedUsd: formatUsd(c('both_reported_nano_usd')),
    computedUsd: formatUsd(c('both_computed_nano_usd')),
    inputTokens: known('input_tokens', knownUsage),
    cacheReadTokens: known('cache_read_tokens', c('cache_read_known_calls')),
    cacheWriteTokens: known('cache_write_tokens', c('cache_write_known_calls')),
    outputTokens: known('output_tokens', knownUsage),
    reasoningTokens: known('reasoning_tokens', c('reasoning_known_calls')),
    spans: n('spans'),
    llmCalls: n('llm_calls'),
    llmErrors: n('llm_errors'),
    llmErrorRate: ratio(c('llm_errors'), calls + c('llm_errors')),
    unknownCostCalls: n('unknown_cost_calls'),
    unknownUsageCalls: n('unknown_usage_calls'),
    shadowedCalls: n('shadowed_calls'),
    duplicateCalls: n('duplicate_calls'),
    toolCalls: n('tool_calls'),
    toolErrors: sumOrNull(c('tool_errors'), c('tool_calls'), rated),
    toolSuccessRate: ratio(c('tool_ok'), rated),
    turns: n('turns'),
    turnErrors: n('turns_failed'),
    turnErrorRate: ratio(c('turns_failed'), c('turns')),
    p50Ms: percentile(turn, 0.5),
    p95Ms: percentile(turn, 0.95),
    p99Ms: percentile(turn, 0.99),
    llmP50Ms: percentile(llm, 0.5),
    llmP95Ms: percentile(llm, 0.95),
    llmP99Ms: percentile(llm, 0.99),
    toolP50Ms: percentile(tool, 0.5),
    toolP95Ms: percentile(tool, 0.95),
    toolP99Ms: percentile(tool, 0.99),
    unknownDurationSpans: n('unknown_duration_spans'),
    unknownDurationTurns: n('turns_unknown_duration'),
    availability: ratio(sums.windows.available, sums.windows.withTraffic),
    badOutcomes: { S1: n('bad_s1'), S2: n('bad_s2'), S3: n('bad_s3'), S4: n('bad_s4') },
    badOutcomeCostUsd: formatUsd(c('bad_outcome_cost_nano_usd')),
    csat: ratio(c('csat_sum'), c('csat_count')),
    csatCount: n('csat_count'),
    users: sums.users && Number(sums.users.all),
    returningUsers: sums.users && Number(sums.users.returning),
  }
}

/** Null only if something was there and nothing of it is known; nothing at all is 0. */
const sumOrNull = (sum: bigint, there: bigint, known: bigint): number | null =>
  there > 0n && known <= 0n ? null : Number(sum)

const usdOrNull = (sum: bigint, there: bigint, unknown: bigint): string | null =>
  there > 0n && unknown >= there ? null : formatUsd(sum)

const perUsd = (nano: bigint, count: bigint): string | null =>
  count > 0n ? formatUsd(divideHalfUp(nano, count)) : null

/** A quotient rounded half up at nine places. */
export const ratio = (numerator: bigint, denominator: bigint): number | null =>
  denominator > 0n ? Number(divideHalfUp(numerator * 1_000_000_000n, denominator)) / 1e9 : null

const SPAN_DIMENSIONS: readonly Dimension[] = ['model', 'promptVersion', 'tool']

/**
 * The grouping set of span dimensions that a question needs (lib/ingest/measures.ts). Throws `bad_request` for a
 * question no span could answer.
 */
export const dimSetOf = (by: readonly Dimension[], query: MetricsQuery): 0 | 1 | 2 | 3 | 4 => {
  if ((query.promptName === undefined) !== (query.promptVersion === undefined)) {
    throw new DomainError('bad_request', 'promptVersion: give promptName and promptVersion together.', {
      details: [{ path: 'promptVersion', message: 'needs promptName beside it' }],
    })
  }
  const used = new Set(by.filter((dimension) => SPAN_DIMENSIONS.includes(dimension)))
  if (query.model !== undefined) used.add('model')
  if (query.promptName !== undefined) used.add('promptVersion')
  if (query.tool !== undefined) used.add('tool')
  if (used.has('tool') && used.size > 1) {
    throw new DomainError(
      'bad_request',
      'by: tool belongs to tool spans, model and promptVersion to model calls. Ask for one at a time.',
      {
        details: [{ path: 'by', message: 'tool does not go together with model or promptVersion' }],
      },
    )
  }
  if (used.has('tool')) return 4
  if (used.has('model')) return used.has('promptVersion') ? 3 : 1
  return used.has('promptVersion') ? 2 : 0
}

const DEFAULT_RANGE_US = DAY_US
/** Ten years: more is a mistake in the dates. */
const MAX_RANGE_US = 3_660 * DAY_US

/** Half-open, rounded outward to the hour. Times without a zone are UTC. Throws `bad_request` when it is empty or absurd. */
export const rangeOf = (query: Pick<MetricsQuery, 'from' | 'to'>, now: Date): { from: Date; to: Date } => {
  const to = ceilHour(query.to === undefined ? fromDate(now) + 1 : timeOf('to', query.to))
  const from = floorHour(query.from === undefined ? to - DEFAULT_RANGE_US : timeOf('from', query.from))
  if (from >= to) throw bad('from', 'must be before `to`')
  if (to - from > MAX_RANGE_US) throw bad('from', 'the range is longer than ten years')
  return { from: new Date(from / 1000), to: new Date(to / 1000) }
}

const timeOf = (path: string, text: string): Micros => {
  const us = microsOf(text)
  if (us === null) throw bad(path, 'must be an ISO 8601 time, for example 2026-03-01T00:00:00Z')
  return us
}
const floorHour = (us: Micros): Micros => Math.floor(us / HOUR_US) * HOUR_US
const ceilHour = (us: Micros): Micros => Math.ceil(us / HOUR_US) * HOUR_US
const bad = (path: string, message: string): DomainError =>
  new DomainError('bad_request', `${path}: ${message}`, { details: [{ path, message }] })
