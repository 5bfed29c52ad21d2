import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { decodeTraces } from '@/lib/ingest/otlp/decode'
import { spanMapper } from '@/lib/ingest/otlp/span-items'
import type { OtlpSpan } from '@/lib/ingest/otlp/types'
import type { Item } from '@/lib/ingest/items'
import type { SpanNode } from '@/lib/ingest/span-node'
import { TEAM } from '@/lib/ingest/testing/memory-traces'
import { hasSharedData, sharedData } from '@/scripts/testing/shared-data'

/** Fixed, and after all that was recorded. */
export const NOW_US = Date.UTC(2026, 11, 1) * 1000

/** The published OTLP requests beside the project, and what each of them must come to (expected.json). */
const Count = z.number().nullable()
const Call = z.object({
  name: z.string(),
  model: z.string(),
  requestModel: z.string(),
  inputTokens: Count,
  cacheReadTokens: Count,
  cacheWriteTokens: Count,
  outputTokens: Count,
  reasoningTokens: Count,
  costNanoUsd: z.number(),
})
const Expected = z.object({
  traces: z.number(),
  spans: z.number(),
  leafModelCalls: z.number(),
  toolSpans: z.number(),
  errorSpans: z.number(),
  inputTokens: Count,
  cacheReadTokens: Count,
  cacheWriteTokens: Count,
  outputTokens: Count,
  reasoningTokens: Count,
  models: z.array(z.string()),
  scopes: z.array(z.string()),
  costNanoUsd: z.number(),
  wrongIfEverySpanCounted: z.object({ inputTokens: z.number(), outputTokens: z.number() }),
  calls: z.array(Call).optional(),
  interactionId: z.string().optional(),
  userId: z.string().optional(),
  promptVersion: z.string().optional(),
  serviceName: z.string().optional(),
  serviceVersion: z.string().optional(),
  environment: z.string().optional(),
})
export type ExpectedPayload = z.output<typeof Expected>
export type Payload = { folder: string; file: string; body: Uint8Array; expected: ExpectedPayload }

/** Nothing where the real inputs are not there. */
export const payloads = (): Payload[] => {
  if (!hasSharedData()) return []
  const all = z
    .object({ otlp: z.record(z.string(), z.record(z.string(), Expected)) })
    .parse(JSON.parse(readFileSync(sharedData('expected.json'), 'utf8')))
  return Object.entries(all.otlp).flatMap(([folder, files]) =>
    Object.entries(files).map(([file, expected]) => {
      const body = readFileSync(sharedData(`otlp/${folder}/${file}`))
      return { folder, file, body, expected }
    }),
  )
}

export const spansOf = (body: Uint8Array): OtlpSpan[] => decodeTraces('json', body, NOW_US).spans

/** With a team-wide key, without redaction; a rejected span is a mistake of the test. */
export const mapped = (span: OtlpSpan, agentName: string | null = null): Item[] => {
  const { items, rejected } = spanMapper({ agentName, environment: 'test', team: TEAM, nowUs: NOW_US })(span)
  if (!items) throw new Error(rejected)
  return items
}

export const nodeOf = (span: OtlpSpan, agentName: string | null = null): SpanNode => {
  const [item] = mapped(span, agentName)
  if (item?.type !== 'span') throw new Error('The first item is the span.')
  return item.node
}
