import 'server-only'
import { dayOf } from '@/lib/core/micros'
import { boundName, isStorableTime, OUTSIDE_TIMES, type Sender } from '@/lib/ingest/bounded'
import type { Item } from '@/lib/ingest/items'
import type { OtlpSpan } from '@/lib/ingest/otlp/types'
import { newNode } from '@/lib/ingest/span-node'

/** The span comes first; scores it carries follow. */
export type MappedSpan = { items: Item[]; rejected?: never } | { items?: never; rejected: string }

/** Brings decoded spans of one sender into the ledger's form (wire.md 3). Never throws for anything a client can send. */
export const spanMapper =
  (sender: Sender): ((span: OtlpSpan) => MappedSpan) =>
  (span) => {
    if (!isStorableTime(span.startUs, sender.nowUs)) return { rejected: `startTimeUnixNano: ${OUTSIDE_TIMES}` }
    const node = newNode({
      day: dayOf(span.startUs),
      traceId: span.traceId,
      spanId: span.spanId,
      parentId: span.parentId,
      kind: 'other',
      name: boundName(span.name) || 'span',
      status: span.statusCode === 2 ? 'error' : 'ok',
      startUs: span.startUs,
      endUs: span.endUs,
      agent: sender.agentName,
      release: null,
      workflow: null,
      segment: null,
      environment: sender.environment,
      interactionId: null,
      userId: null,
      outcome: null,
      scope: boundName(span.scope.name),
      serviceInstance: null,
      subAgent: null,
      model: null,
      requestModel: null,
      provider: null,
      responseId: null,
      promptName: null,
      promptVersion: null,
      toolName: null,
      toolCallId: null,
      actionId: null,
      attempt: null,
      finishReason: null,
      errorType: null,
      statusMessage: null,
      firstTokenMs: null,
      inputTokens: null,
      outputTokens: null,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      cacheWrite1hTokens: null,
      reasoningTokens: null,
      audioInputTokens: null,
      audioOutputTokens: null,
      costReported: null,
      flags: [],
      receivedUs: sender.nowUs,
    })
    return { items: [{ type: 'span', node, payload: null }] }
  }
