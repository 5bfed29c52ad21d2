import { create, fromBinary, toBinary, type MessageInitShape } from '@bufbuild/protobuf'
import { StatusSchema } from '@/lib/ingest/otlp/generated/google/rpc/status_pb'
import {
  ExportTraceServiceRequestSchema,
  ExportTraceServiceResponseSchema,
} from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb'
import type { AnyValueSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/common/v1/common_pb'
import type { SpanSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/trace/v1/trace_pb'

// OTLP requests as exporters write them, both encodings from one span, and what comes back.

export type Encoding = 'json' | 'protobuf'
export const TYPE_OF = { json: 'application/json', protobuf: 'application/x-protobuf' } as const

export type PbSpan = MessageInitShape<typeof SpanSchema>
export type PbAny = MessageInitShape<typeof AnyValueSchema>
/** A span in words; what is left out is as `a span` below says. */
export type Words = {
  traceId?: string
  spanId?: string
  parentId?: string
  name?: string
  startNs?: bigint
  endNs?: bigint
  attributes?: Record<string, string | bigint>
}

export const START_NS = 1771283778037440999n // 2026-02-16T23:16:18.037440999Z
export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c'
export const SPAN_ID = 'b7ad6b7169203331'

export const requestOf = (encoding: Encoding, spans: readonly Words[]): Uint8Array<ArrayBuffer> =>
  encoding === 'json' ? jsonRequest(spans.map(jsonSpan)) : protobufRequest(spans.map(protobufSpan))

export const jsonRequest = (spans: readonly unknown[]): Uint8Array<ArrayBuffer> =>
  new TextEncoder().encode(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }))

export const protobufRequest = (spans: PbSpan[]): Uint8Array<ArrayBuffer> =>
  toBinary(
    ExportTraceServiceRequestSchema,
    create(ExportTraceServiceRequestSchema, { resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  )

export const jsonSpan = (words: Words = {}): Record<string, unknown> => ({
  traceId: words.traceId ?? TRACE_ID,
  spanId: words.spanId ?? SPAN_ID,
  parentSpanId: words.parentId ?? '',
  name: words.name ?? 'chat',
  startTimeUnixNano: String(words.startNs ?? START_NS),
  endTimeUnixNano: String(words.endNs ?? 0n),
  attributes: Object.entries(words.attributes ?? {}).map(([key, value]) => ({
    key,
    value: typeof value === 'bigint' ? { intValue: String(value) } : { stringValue: value },
  })),
})

export const protobufSpan = (words: Words = {}): PbSpan => ({
  traceId: Buffer.from(words.traceId ?? TRACE_ID, 'hex'),
  spanId: Buffer.from(words.spanId ?? SPAN_ID, 'hex'),
  parentSpanId: Buffer.from(words.parentId ?? '', 'hex'),
  name: words.name ?? 'chat',
  startTimeUnixNano: words.startNs ?? START_NS,
  endTimeUnixNano: words.endNs ?? 0n,
  attributes: Object.entries(words.attributes ?? {}).map(([key, value]) => ({
    key,
    value: { value: typeof value === 'bigint' ? { case: 'intValue', value } : { case: 'stringValue', value } },
  })),
})

/** What OTLP answered, whichever encoding it came in: a success with what was rejected, or a `google.rpc.Status`. */
export type OtlpAnswer = {
  status: number
  type: string | null
  retryAfter: string | null
  rejected: number
  message: string
  code: number
}

export const answerOf = async (response: Response): Promise<OtlpAnswer> => {
  const type = response.headers.get('content-type')
  const body = new Uint8Array(await response.arrayBuffer())
  const { rejected, message, code } = type === TYPE_OF.protobuf ? inProtobuf(response.ok, body) : inJson(body)
  return { status: response.status, type, retryAfter: response.headers.get('retry-after'), rejected, message, code }
}

const inProtobuf = (ok: boolean, body: Uint8Array): Pick<OtlpAnswer, 'rejected' | 'message' | 'code'> => {
  if (!ok) return { rejected: 0, ...fromBinary(StatusSchema, body) }
  // The three services' answers have the same fields under the same numbers.
  const { partialSuccess } = fromBinary(ExportTraceServiceResponseSchema, body)
  return { rejected: Number(partialSuccess?.rejectedSpans ?? 0n), message: partialSuccess?.errorMessage ?? '', code: 0 }
}

type JsonAnswer = {
  partialSuccess?: { rejectedSpans?: string; rejectedLogRecords?: string; errorMessage: string }
  code?: number
  message?: string
}
const inJson = (body: Uint8Array): Pick<OtlpAnswer, 'rejected' | 'message' | 'code'> => {
  const { partialSuccess, code, message } = JSON.parse(new TextDecoder().decode(body)) as JsonAnswer // contract of the route
  return {
    rejected: Number(partialSuccess?.rejectedSpans ?? partialSuccess?.rejectedLogRecords ?? 0),
    message: partialSuccess?.errorMessage ?? message ?? '',
    code: code ?? 0,
  }
}

/** `span`-ids in order: 1, 2, 3, … as 16 hex digits. */
export const idOf = (n: number): string => n.toString(16).padStart(16, '0')
