import 'server-only'
import { toIso } from '@/lib/core/micros'
import { formatUsd } from '@/lib/core/money'
import type { InteractionSummary, SpanView } from '@/lib/interactions/schema'

/** Select lists of the reading side and the rows they give. Times are whole microseconds, money text. */
const us = (column: string, name: string): string => `(extract(epoch FROM ${column}) * 1000000)::float8 AS ${name}`

export const INTERACTION_SELECT = `i.id, i.agent, i.release, i.workflow, i.segment, i.user_id, i.channel, i.locale,
  ${us('i.started_at', 'started_us')}, ${us('i.ended_at', 'ended_us')}, i.result, i.escalated, i.severity,
  i.bad_outcome_cost_nano_usd::text AS bad, i.outcome_reason, i.csat, ${us('i.outcome_at', 'outcome_us')}, i.turns, i.turns_failed,
  coalesce(i.last_event_at <= $2::timestamptz - make_interval(secs => coalesce(a.idle_limit_sec, 86400)), false) AS idle,
  coalesce(t.spans, 0)::float8 AS spans, coalesce(t.llm_calls, 0)::float8 AS llm_calls, coalesce(t.llm_errors, 0)::float8 AS llm_errors,
  coalesce(t.unknown_cost_calls, 0)::float8 AS unknown_cost_calls, coalesce(t.unknown_usage_calls, 0)::float8 AS unknown_usage_calls,
  coalesce(t.cost_nano_usd, 0)::text AS cost, coalesce(t.tool_calls, 0)::float8 AS tool_calls,
  coalesce(t.tool_errors, 0)::float8 AS tool_errors, coalesce(t.tool_ok, 0)::float8 AS tool_ok,
  coalesce(t.input_tokens, 0)::float8 AS input_tokens, coalesce(t.output_tokens, 0)::float8 AS output_tokens`

export type InteractionRow = {
  id: string
  agent: string | null
  release: string | null
  workflow: string | null
  segment: string | null
  user_id: string | null
  channel: string | null
  locale: string | null
  started_us: number | null
  ended_us: number | null
  result: 'resolved' | 'unresolved' | 'abandoned' | null
  escalated: boolean
  severity: string | null
  bad: string | null
  outcome_reason: string | null
  csat: number | null
  outcome_us: number | null
  turns: number
  turns_failed: number
  idle: boolean
  spans: number
  llm_calls: number
  llm_errors: number
  unknown_cost_calls: number
  unknown_usage_calls: number
  cost: string
  tool_calls: number
  tool_errors: number
  tool_ok: number
  input_tokens: number
  output_tokens: number
}

export const toSummary = (row: InteractionRow): InteractionSummary => {
  const usageUnknown = row.llm_calls > 0 && row.unknown_usage_calls >= row.llm_calls
  return {
    id: row.id,
    agent: row.agent,
    release: row.release,
    workflow: row.workflow,
    segment: row.segment,
    userId: row.user_id,
    channel: row.channel,
    locale: row.locale,
    startedAt: row.started_us === null ? null : toIso(row.started_us),
    endedAt: row.ended_us === null ? null : toIso(row.ended_us),
    state: row.result !== null || row.idle ? 'closed' : 'open',
    result: row.result ?? (row.idle ? 'abandoned' : null),
    escalated: row.escalated,
    severity: row.severity,
    badOutcomeCostUsd: usd(row.bad),
    csat: row.csat,
    costUsd: row.llm_calls > 0 && row.unknown_cost_calls >= row.llm_calls ? null : usd(row.cost),
    unknownCostCalls: row.unknown_cost_calls,
    llmCalls: row.llm_calls,
    llmErrors: row.llm_errors,
    toolCalls: row.tool_calls,
    toolErrors: row.tool_calls > 0 && row.tool_ok + row.tool_errors === 0 ? null : row.tool_errors,
    inputTokens: usageUnknown ? null : row.input_tokens,
    outputTokens: usageUnknown ? null : row.output_tokens,
    turns: row.turns,
    turnErrors: row.turns_failed,
    spans: row.spans,
  }
}

export const SPAN_VIEW_SELECT = `s.span_id, s.trace_id, s.parent_id, s.top, s.cut,
  coalesce(s.interaction_id, s.inherited_interaction, h.interaction_id) AS interaction, s.kind, s.name, s.status,
  ${us('s.started_at', 'started_us')}, ${us('s.ended_at', 'ended_us')}, s.agent, s.release, s.model, s.request_model, s.provider,
  s.prompt_name, s.prompt_version, s.tool_name, s.tool_call_id, s.attempt, s.finish_reason, s.error_type, s.status_message,
  s.first_token_ms, s.input_tokens::float8 AS input_tokens, s.output_tokens::float8 AS output_tokens,
  s.cache_read_tokens::float8 AS cache_read_tokens, s.cache_write_tokens::float8 AS cache_write_tokens,
  s.reasoning_tokens::float8 AS reasoning_tokens, s.borrowed, s.cost_nano_usd::text AS cost, s.cost_state,
  s.cost_reported_nano_usd::text AS reported, s.cost_computed_nano_usd::text AS computed, s.price_source, s.flags`

export type SpanViewRow = {
  span_id: string
  trace_id: string
  parent_id: string | null
  top: boolean
  cut: boolean
  interaction: string | null
  kind: string
  name: string
  status: string
  started_us: number
  ended_us: number | null
  agent: string | null
  release: string | null
  model: string | null
  request_model: string | null
  provider: string | null
  prompt_name: string | null
  prompt_version: string | null
  tool_name: string | null
  tool_call_id: string | null
  attempt: number | null
  finish_reason: string | null
  error_type: string | null
  status_message: string | null
  first_token_ms: number | null
  input_tokens: number | null
  output_tokens: number | null
  cache_read_tokens: number | null
  cache_write_tokens: number | null
  reasoning_tokens: number | null
  borrowed: {
    cacheReadTokens?: number
    cacheWriteTokens?: number
    reasoningTokens?: number
    costReported?: string
  } | null
  cost: string | null
  cost_state: string | null
  reported: string | null
  computed: string | null
  price_source: string | null
  flags: string[]
}

export const toSpanView = (row: SpanViewRow): SpanView => ({
  id: row.span_id,
  traceId: row.trace_id,
  parentId: row.parent_id,
  interactionId: row.interaction,
  kind: row.kind,
  name: row.name,
  status: row.status,
  startedAt: toIso(row.started_us),
  endedAt: row.ended_us === null ? null : toIso(row.ended_us),
  durationMs: row.ended_us === null ? null : (row.ended_us - row.started_us) / 1000,
  agent: row.agent,
  release: row.release,
  model: row.model,
  requestModel: row.request_model,
  provider: row.provider,
  promptName: row.prompt_name,
  promptVersion: row.prompt_version,
  tool: row.kind === 'tool' ? (row.tool_name ?? row.name) : row.tool_name,
  toolCallId: row.tool_call_id,
  attempt: row.attempt,
  finishReason: row.finish_reason,
  errorType: row.error_type,
  statusMessage: row.status_message,
  firstTokenMs: row.first_token_ms,
  usage:
    row.input_tokens === null && row.output_tokens === null
      ? null
      : {
          inputTokens: row.input_tokens,
          outputTokens: row.output_tokens,
          cacheReadTokens: row.cache_read_tokens ?? row.borrowed?.cacheReadTokens ?? null,
          cacheWriteTokens: row.cache_write_tokens ?? row.borrowed?.cacheWriteTokens ?? null,
          reasoningTokens: row.reasoning_tokens ?? row.borrowed?.reasoningTokens ?? null,
        },
  costUsd: row.cost_state === 'not_billed' ? formatUsd(0n) : usd(row.cost),
  costState: row.cost_state,
  costReportedUsd: usd(row.reported ?? row.borrowed?.costReported ?? null),
  costComputedUsd: usd(row.computed),
  priceSource: row.price_source,
  orphan: row.top && row.parent_id !== null && !row.cut,
  flags: row.flags,
})

const usd = (nano: string | null): string | null => (nano === null ? null : formatUsd(BigInt(nano)))
