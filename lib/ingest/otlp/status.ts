import { create, toBinary, toJsonString, type DescMessage, type MessageShape } from '@bufbuild/protobuf'
import type { ErrorCode } from '@/lib/core/errors'
import type { ShapeRefusal } from '@/lib/http/route'
import { mediaType } from '@/lib/ingest/body'
import { StatusSchema } from '@/lib/ingest/otlp/generated/google/rpc/status_pb'
import { ExportLogsServiceResponseSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb'
import { ExportMetricsServiceResponseSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb'
import { ExportTraceServiceResponseSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb'
import type { OtlpEncoding } from '@/lib/ingest/otlp/decode'
import type { BadSpan } from '@/lib/ingest/otlp/types'

export const PROTOBUF = 'application/x-protobuf'
const NAMED = 20

/** What OTLP/HTTP answers with (wire.md 1.2), always in the encoding of the request. */
export const traceAnswer = (encoding: OtlpEncoding, bad: readonly BadSpan[]): Response =>
  answer(
    encoding,
    ExportTraceServiceResponseSchema,
    create(
      ExportTraceServiceResponseSchema,
      bad.length > 0
        ? { partialSuccess: { rejectedSpans: BigInt(bad.length), errorMessage: reasonsOf(bad, 'span') } }
        : {},
    ),
  )

export const logsAnswer = (encoding: OtlpEncoding, bad: readonly BadSpan[]): Response =>
  answer(
    encoding,
    ExportLogsServiceResponseSchema,
    create(
      ExportLogsServiceResponseSchema,
      bad.length > 0
        ? { partialSuccess: { rejectedLogRecords: BigInt(bad.length), errorMessage: reasonsOf(bad, 'log record') } }
        : {},
    ),
  )

export const metricsAnswer = (encoding: OtlpEncoding): Response =>
  answer(encoding, ExportMetricsServiceResponseSchema, create(ExportMetricsServiceResponseSchema))

/** `google.rpc.Status {code, message}`; the HTTP status beside it is what exporters go by. */
export const otlpRefusal: ShapeRefusal = ({ code, message }, request) => {
  const status = create(StatusSchema, { code: RPC_CODES[code], message })
  return encoded(mediaType(request) === PROTOBUF ? 'protobuf' : 'json', StatusSchema, status)
}

/** https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
const RPC_CODES = {
  bad_request: 3,
  unsupported_media_type: 3,
  not_found: 5,
  forbidden: 7,
  too_large: 8,
  rate_limited: 8,
  conflict: 10,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const satisfies Record<ErrorCode, number>

/** The first of them by name, as `<traceId>/<spanId>: reason`, and how many more. */
const reasonsOf = (bad: readonly BadSpan[], what: string): string => {
  const named = bad.slice(0, NAMED).map(({ traceId, spanId, reason }) => `${traceId}/${spanId}: ${reason}`)
  const more = bad.length - named.length
  return [...named, ...(more > 0 ? [`and ${more} more ${what}${more === 1 ? '' : 's'}`] : [])].join('; ')
}

const answer = <D extends DescMessage>(encoding: OtlpEncoding, schema: D, message: MessageShape<D>): Response => {
  const { body, contentType } = encoded(encoding, schema, message)
  return new Response(body, { headers: { 'content-type': contentType } })
}

const encoded = <D extends DescMessage>(
  encoding: OtlpEncoding,
  schema: D,
  message: MessageShape<D>,
): { body: BodyInit; contentType: string } =>
  encoding === 'protobuf'
    ? { body: toBinary(schema, message), contentType: PROTOBUF }
    : { body: toJsonString(schema, message), contentType: 'application/json' }
