import { createHash } from 'node:crypto'
import { fromJson, toBinary, type JsonValue } from '@bufbuild/protobuf'
import { parseIso } from '@/lib/core/micros'
import { ExportTraceServiceRequestSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb'
import type { WireSpan } from '@/lib/ingest/testing/wire-events'

/** OTLP/JSON as far as tests take it apart; read from files of real senders or made below. */
export type JsonSpan = { traceId: string; spanId: string; parentSpanId?: string } & Record<string, JsonValue>
export type TraceRequest = {
  resourceSpans: { resource?: JsonValue; scopeSpans: { scope?: JsonValue; spans: JsonSpan[] }[] }[]
}
export type OtlpBody = { contentType: string; body: Uint8Array }

export const jsonBody = (request: TraceRequest): OtlpBody => ({
  contentType: 'application/json',
  body: Buffer.from(JSON.stringify(request)),
})

/** The same request in protobuf, as another exporter would have sent it. */
export const protobufBody = (request: TraceRequest): OtlpBody => ({
  contentType: 'application/x-protobuf',
  body: toBinary(
    ExportTraceServiceRequestSchema,
    fromJson(ExportTraceServiceRequestSchema, withBase64Ids(request), { ignoreUnknownFields: true }),
  ),
})

/** proto3 JSON spells bytes in base64 where OTLP/JSON spells ids in hex. */
const withBase64Ids = (request: TraceRequest): JsonValue => ({
  resourceSpans: request.resourceSpans.map(({ resource, scopeSpans }) => ({
    ...(resource === undefined ? {} : { resource }),
    scopeSpans: scopeSpans.map(({ scope, spans }) => ({
      ...(scope === undefined ? {} : { scope }),
      spans: spans.map((span) => ({
        ...span,
        traceId: base64(span.traceId),
        spanId: base64(span.spanId),
        parentSpanId: base64(span.parentSpanId ?? ''),
        links: [],
      })),
    })),
  })),
})
const base64 = (hex: string): string => Buffer.from(hex, 'hex').toString('base64')

/** Every span of a request in a request of its own, with its resource and scope. */
export const singleSpans = (request: TraceRequest): TraceRequest[] =>
  request.resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        resourceSpans: [
          {
            ...(resource === undefined ? {} : { resource }),
            scopeSpans: [{ ...(scope === undefined ? {} : { scope }), spans: [span] }],
          },
        ],
      })),
    ),
  )

/** A generated span as OTLP knows spans: ids are bytes, and what has ended is ok unless it is an error. */
export const asOtlpKnows = (span: WireSpan): WireSpan => ({
  ...span,
  traceId: hex(span.traceId, 32),
  id: hex(`${span.traceId} ${span.id}`, 16),
  ...(span.parentId == null ? {} : { parentId: hex(`${span.traceId} ${span.parentId}`, 16) }),
  status: span.status === 'error' ? 'error' : 'ok',
})
const hex = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length)

/** A span of `asOtlpKnows` on the wire, in our own attributes where no standard one says it. */
export const requestOf = (span: WireSpan): TraceRequest => {
  const { usage, prompt } = span
  const attributes: Record<string, string | number | null | undefined> = {
    'signalbox.span.kind': span.kind,
    'signalbox.interaction.id': span.interactionId,
    'signalbox.agent': span.agent,
    'signalbox.release': span.release,
    'signalbox.prompt.name': prompt?.name,
    'signalbox.prompt.version': prompt?.version,
    'signalbox.usage.input': usage?.inputTokens,
    'signalbox.usage.output': usage?.outputTokens,
    'signalbox.usage.cache_read': usage?.cacheReadTokens,
    'signalbox.usage.reasoning': usage?.reasoningTokens,
    'signalbox.cost.usd': span.costUsd,
    'gen_ai.response.model': span.model,
    'gen_ai.provider.name': span.provider,
    'gen_ai.response.id': span.responseId,
    'gen_ai.tool.name': span.tool?.name,
    'gen_ai.response.time_to_first_chunk': span.firstTokenMs == null ? null : span.firstTokenMs / 1000,
  }
  const instance = span.serviceInstance
  return {
    resourceSpans: [
      {
        resource: { attributes: instance === undefined ? [] : keyValues({ 'service.instance.id': instance }) },
        scopeSpans: [
          {
            scope: { name: span.scope ?? '' },
            spans: [
              {
                traceId: span.traceId,
                spanId: span.id,
                ...(span.parentId == null ? {} : { parentSpanId: span.parentId }),
                name: span.name,
                startTimeUnixNano: nanos(span.startedAt),
                endTimeUnixNano: span.endedAt == null ? '0' : nanos(span.endedAt),
                status: { code: span.status === 'error' ? 2 : 1 },
                attributes: keyValues(attributes),
              },
            ],
          },
        ],
      },
    ],
  }
}

const nanos = (time: string): string => `${parseIso(time)}000`

const keyValues = (attributes: Record<string, string | number | null | undefined>): JsonValue[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value == null
      ? []
      : [
          {
            key,
            value:
              typeof value === 'string'
                ? { stringValue: value }
                : Number.isInteger(value)
                  ? { intValue: String(value) }
                  : { doubleValue: value },
          },
        ],
  )
