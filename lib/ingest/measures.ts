import { bucketOf, type Histogram, addTo } from '@/lib/core/histogram'
import { HOUR_US, toIso } from '@/lib/core/micros'
import { effective } from '@/lib/ingest/cost-rules'
import { durationMs, isModelCall, type SpanNode } from '@/lib/ingest/span-node'

/** Additive measures of spans; the same names, in snake case, are columns of interaction_total and rollup_cohort. */
export const SPAN_MEASURES = {
  spans: 'spans',
  llmCalls: 'llm_calls',
  llmErrors: 'llm_errors',
  unknownCostCalls: 'unknown_cost_calls',
  unknownUsageCalls: 'unknown_usage_calls',
  shadowedCalls: 'shadowed_calls',
  duplicateCalls: 'duplicate_calls',
  cost: 'cost_nano_usd',
  bothReported: 'both_reported_nano_usd',
  bothComputed: 'both_computed_nano_usd',
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  cacheReadTokens: 'cache_read_tokens',
  cacheWriteTokens: 'cache_write_tokens',
  reasoningTokens: 'reasoning_tokens',
  cacheReadKnownCalls: 'cache_read_known_calls',
  cacheWriteKnownCalls: 'cache_write_known_calls',
  reasoningKnownCalls: 'reasoning_known_calls',
  toolCalls: 'tool_calls',
  toolErrors: 'tool_errors',
  toolOk: 'tool_ok',
  unknownDurationSpans: 'unknown_duration_spans',
} as const

export type SpanMeasure = keyof typeof SPAN_MEASURES
/** bigint throughout: sums of nano-USD pass what a JS number holds exactly at about 9 million USD. */
export type Measures = Partial<Record<SpanMeasure, bigint>>

export type Contribution = { measures: Measures; llmBucket: number | null; toolBucket: number | null }

/** What one span adds to whatever it counts under (README 6). */
export const contributionOf = (node: SpanNode): Contribution => {
  const ms = durationMs(node)
  const measures: Measures = { spans: 1n }
  if (ms === null) measures.unknownDurationSpans = 1n
  let llmBucket: number | null = null
  let toolBucket: number | null = null
  if (node.costState === 'aggregate') {
    addCall(measures, node) // its duration is an agent's, not a model's
  } else if (isModelCall(node)) {
    if (node.costState === 'shadowed') measures.shadowedCalls = 1n
    else if (node.costState === 'duplicate') measures.duplicateCalls = 1n
    else if (node.costState === 'not_billed') measures.llmErrors = 1n
    else {
      addCall(measures, node)
      if (ms !== null) llmBucket = bucketOf(ms)
    }
  } else if (node.kind === 'tool') {
    measures.toolCalls = 1n
    if (node.status === 'error') measures.toolErrors = 1n
    else if (node.status === 'ok') measures.toolOk = 1n
    if (ms !== null) toolBucket = bucketOf(ms)
  }
  return { measures, llmBucket, toolBucket }
}

const addCall = (measures: Measures, node: SpanNode): void => {
  const call = effective(node)
  measures.llmCalls = 1n
  if (node.cost === null) measures.unknownCostCalls = 1n
  else measures.cost = node.cost
  if (call.costReported !== null && node.costComputed !== null) {
    measures.bothReported = call.costReported
    measures.bothComputed = node.costComputed
  }
  if (call.inputTokens === null && call.outputTokens === null) measures.unknownUsageCalls = 1n
  measures.inputTokens = BigInt(call.inputTokens ?? 0)
  measures.outputTokens = BigInt(call.outputTokens ?? 0)
  if (call.cacheReadTokens !== null) {
    measures.cacheReadTokens = BigInt(call.cacheReadTokens)
    measures.cacheReadKnownCalls = 1n
  }
  if (call.cacheWriteTokens !== null) {
    measures.cacheWriteTokens = BigInt(call.cacheWriteTokens)
    measures.cacheWriteKnownCalls = 1n
  }
  if (call.reasoningTokens !== null) {
    measures.reasoningTokens = BigInt(call.reasoningTokens)
    measures.reasoningKnownCalls = 1n
  }
}

/** Span dimensions of a total or series; '' = none. */
export type SpanDims = { dimSet: DimSet; model: string; promptName: string; promptVersion: string; tool: string }
/** 0 all · 1 model · 2 prompt · 3 model and prompt · 4 tool · 9 calendar (model and prompt). */
export type DimSet = 0 | 1 | 2 | 3 | 4 | 9

const NO_DIMS = { model: '', promptName: '', promptVersion: '', tool: '' }
export const ALL_SPANS: SpanDims = { dimSet: 0, ...NO_DIMS }

/**
 * The grouping sets a span counts in. Model calls group by model and prompt, tool spans by tool; a span without a
 * prompt counts under the empty prompt, so that groups by prompt still add up to all calls. Shadowed calls count in
 * set 0 only: the line's priced call already stands for them in each group. An agent span priced for its trace groups as
 * the model calls it stands for.
 */
export const dimsOf = (node: SpanNode): SpanDims[] => {
  if (node.kind === 'tool') return [ALL_SPANS, { dimSet: 4, ...NO_DIMS, tool: node.toolName ?? node.name }]
  if (!isModelCall(node) && node.costState !== 'aggregate') return [ALL_SPANS]
  if (node.costState === 'shadowed' || node.costState === 'duplicate') return [ALL_SPANS]
  const model = node.model ?? node.requestModel ?? ''
  const prompt = { promptName: node.promptName ?? '', promptVersion: node.promptVersion ?? '' }
  return [
    ALL_SPANS,
    { dimSet: 1, ...NO_DIMS, model },
    { dimSet: 2, ...NO_DIMS, ...prompt },
    { dimSet: 3, ...NO_DIMS, model, ...prompt },
  ]
}

/** Calendar spend: what a call cost, under the hour of its own start. */
export const SPEND_MEASURES = {
  llmCalls: 'llm_calls',
  unknownCostCalls: 'unknown_cost_calls',
  cost: 'cost_nano_usd',
  inputTokens: 'input_tokens',
  cacheReadTokens: 'cache_read_tokens',
  outputTokens: 'output_tokens',
} as const satisfies Partial<typeof SPAN_MEASURES>
export type SpendMeasures = Partial<Record<keyof typeof SPEND_MEASURES, bigint>>

/** Undefined when the span is no billable call: it adds nothing to any bill. */
export const spendOf = (
  node: SpanNode,
  contribution: Contribution,
): { hour: string; dims: SpanDims; measures: SpendMeasures } | undefined => {
  if (!contribution.measures.llmCalls) return undefined
  const hour = toIso(Math.floor(node.startUs / HOUR_US) * HOUR_US)
  const dims: SpanDims = {
    dimSet: 9,
    model: node.model ?? node.requestModel ?? '',
    promptName: node.promptName ?? '',
    promptVersion: node.promptVersion ?? '',
    tool: '',
  }
  const measures: SpendMeasures = {}
  for (const name of keysOf(SPEND_MEASURES)) {
    const value = contribution.measures[name]
    if (value) measures[name] = value
  }
  return { hour, dims, measures }
}

export const addMeasures = <K extends string>(
  into: Partial<Record<K, bigint>>,
  from: Partial<Record<K, bigint>>,
  sign: 1n | -1n,
): void => {
  for (const name of keysOf(from)) {
    const value = from[name]
    if (value) into[name] = (into[name] ?? 0n) + sign * value
  }
}

export const addHistogram = (into: Histogram, from: Histogram, sign: 1 | -1): void => {
  for (const [bucket, n] of Object.entries(from)) addTo(into, bucket, sign * n)
}

/** Object.keys with the key type: true for the literal tables above and for what addMeasures builds from them. */
export const keysOf = <T extends object>(value: T): (keyof T & string)[] => Object.keys(value) as (keyof T & string)[]
