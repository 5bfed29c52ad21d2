import type { Micros } from '@/lib/core/micros'
import { isObject, objectOf } from '@/lib/ingest/dialects/readers'
import type { Resolved } from '@/lib/ingest/dialects/resolve'
import { inclusiveUsage, type Counts, type InclusiveUsage, type Reading } from '@/lib/ingest/dialects/usage'
import type { OtlpSpan } from '@/lib/ingest/otlp/types'
import { priceCall } from '@/lib/prices/rules'

export type Call = {
  kind: string
  provider: string | null
  model: string | null
  requestModel: string | null
  startUs: Micros
}

/** The token counts of a span, inclusive, whatever its sender's convention is. */
export const usageOf = (span: OtlpSpan, { hits, hasBadNumber }: Resolved, call: Call): InclusiveUsage => {
  const isOldAnthropic = isOldAiSdk(span) && isAnthropic(call)
  // Ours are inclusive by definition, and this SDK adds its total up by itself: neither is decided by a total.
  const isNoEvidence = isOurs(hits) || (isOldAnthropic && hits.totalTokens?.source.startsWith('ai.'))
  const total = isNoEvidence ? null : (hits.totalTokens?.value ?? null)
  const input = hits.inputTokens?.value ?? null
  const output = hits.outputTokens?.value ?? null
  const sent = {
    // An embedding has no output: its total is its input.
    inputTokens: input ?? (call.kind === 'embedding' && output === null ? total : null),
    outputTokens: output,
    totalTokens: total,
    cacheReadTokens: hits.cacheReadTokens?.value ?? null,
    cacheWriteTokens: hits.cacheWriteTokens?.value ?? null,
    cacheWrite1hTokens: hits.cacheWrite1hTokens?.value ?? null,
    reasoningTokens: hits.reasoningTokens?.value ?? null,
    audioInputTokens: hits.audioInputTokens?.value ?? null,
    audioOutputTokens: hits.audioOutputTokens?.value ?? null,
    inputExtras: hits.inputExtras?.value ?? 0,
    outputExtras: hits.outputExtras?.value ?? 0,
  }
  const usage = inclusiveUsage(sent, {
    listed: listedReading(span, { hits }, isOldAnthropic),
    // Ours are inclusive by definition: what the provider billed, a discount perhaps, casts no doubt on them.
    reported: isOurs(hits) ? null : (hits.costReported?.value ?? null),
    price: (counts) => costOf(counts, call),
  })
  return hasBadNumber && !usage.flags.includes('usage_invalid')
    ? { ...usage, flags: [...usage.flags, 'usage_invalid'] }
    : usage
}

const isOurs = (hits: Resolved['hits']): boolean => hits.inputTokens?.source.startsWith('signalbox.') ?? false

const listedReading = (span: OtlpSpan, { hits }: Pick<Resolved, 'hits'>, isOldAnthropic: boolean): Reading => {
  const from = hits.inputTokens?.source ?? ''
  const isOfSdk = from.startsWith('gen_ai.') || from.startsWith('ai.')
  return {
    cacheBeside: from.endsWith('#inputBeside') || (isOldAnthropic && isOfSdk && isRawInput(span, hits)),
    reasoningBeside: hits.outputTokens?.source.endsWith('#outputBeside') ?? false,
  }
}

/** Versions 4 and 5 hand the provider's counts on; 6 makes them inclusive and says so by its details or its name. */
const isOldAiSdk = ({ attributes }: OtlpSpan): boolean => {
  if (attributes['ai.operationId'] === undefined && attributes['ai.model.provider'] === undefined) return false
  if (Object.keys(attributes).some((name) => name.startsWith('ai.usage.inputTokenDetails.'))) return false
  const agent = attributes['ai.request.headers.user-agent']
  const [, major] = typeof agent === 'string' ? (/\bai\/(\d{1,3})\./.exec(agent) ?? []) : []
  return major === undefined || Number(major) < 6
}

const isAnthropic = ({ provider, model, requestModel }: Call): boolean =>
  provider?.includes('anthropic') === true || /claude/i.test(`${model ?? ''} ${requestModel ?? ''}`)

/** Anthropic's own usage beside it tells: where its input is the same, nothing was added to it. */
const isRawInput = ({ attributes }: OtlpSpan, hits: Resolved['hits']): boolean => {
  const metadata = objectOf(attributes['ai.response.providerMetadata'])?.['anthropic']
  const usage = isObject(metadata) ? metadata['usage'] : undefined
  const raw = isObject(usage) ? usage['input_tokens'] : undefined
  return typeof raw !== 'number' || raw === hits.inputTokens?.value
}

const costOf = (counts: Counts, { provider, model, requestModel, startUs }: Call): bigint | null =>
  priceCall({ provider, model, requestModel, startedAt: new Date(startUs / 1000), usage: counts })?.costNanoUsd ?? null
