import { fromBinary, type DescMessage, type MessageShape } from '@bufbuild/protobuf'
import { DomainError } from '@/lib/core/errors'
import type { Micros } from '@/lib/core/micros'
import { badSpan, checkCount, logOf, MAX_VALUE_DEPTH, sortIn } from '@/lib/ingest/otlp/checks'
import { ExportLogsServiceRequestSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/logs/v1/logs_service_pb'
import { ExportMetricsServiceRequestSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/metrics/v1/metrics_service_pb'
import { ExportTraceServiceRequestSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/collector/trace/v1/trace_service_pb'
import type {
  AnyValue,
  InstrumentationScope,
  KeyValue,
} from '@/lib/ingest/otlp/generated/opentelemetry/proto/common/v1/common_pb'
import { LogRecordSchema, type LogRecord } from '@/lib/ingest/otlp/generated/opentelemetry/proto/logs/v1/logs_pb'
import { MetricSchema } from '@/lib/ingest/otlp/generated/opentelemetry/proto/metrics/v1/metrics_pb'
import { SpanSchema, type Span } from '@/lib/ingest/otlp/generated/opentelemetry/proto/trace/v1/trace_pb'
import type { Attributes, AttributeValue, OtlpLogs, OtlpResource, OtlpScope, OtlpTraces } from '@/lib/ingest/otlp/types'
import { checkWire, withoutTextCheck } from '@/lib/ingest/otlp/wire'

/** A list in a list is two messages, a map in a map three, and some stand around them. */
export const MAX_MESSAGE_DEPTH = 3 * MAX_VALUE_DEPTH + 50

/** `ExportTraceServiceRequest` in bytes. Throws `bad_request` when it cannot be decoded, `too_large` past 10,000 spans. */
export const tracesOfProtobuf = (bytes: Uint8Array, nowUs: Micros): OtlpTraces => {
  const request = decode(ExportTraceServiceRequestSchema, SpanSchema, 'spans', bytes)
  const traces: OtlpTraces = { spans: [], bad: [] }
  for (const { resource: sent, scopeSpans } of request.resourceSpans) {
    const resource = { attributes: attributesOf(sent?.attributes ?? []) }
    for (const { scope, spans } of scopeSpans) {
      const of = scopeOf(scope)
      for (const span of spans) takeSpan(traces, span, resource, of, nowUs)
    }
  }
  return traces
}

/** `ExportLogsServiceRequest` in bytes. Throws as `tracesOfProtobuf`. */
export const logsOfProtobuf = (bytes: Uint8Array): OtlpLogs => {
  const request = decode(ExportLogsServiceRequestSchema, LogRecordSchema, 'log records', bytes)
  const logs: OtlpLogs = { logs: [], bad: [] }
  for (const { resource: sent, scopeLogs } of request.resourceLogs) {
    const resource = { attributes: attributesOf(sent?.attributes ?? []) }
    for (const { scope, logRecords } of scopeLogs) {
      const of = scopeOf(scope)
      for (const record of logRecords) takeLog(logs, record, resource, of)
    }
  }
  return logs
}

/** Throws `bad_request` when the bytes are no `ExportMetricsServiceRequest`. Nothing of it is kept. */
export const checkMetricsProtobuf = (bytes: Uint8Array): void => {
  refusing(() => checkWire(ExportMetricsServiceRequestSchema, MetricSchema, bytes, MAX_MESSAGE_DEPTH))
}

for (const schema of [ExportTraceServiceRequestSchema, ExportLogsServiceRequestSchema]) withoutTextCheck(schema)

const decode = <D extends DescMessage>(
  schema: D,
  record: DescMessage,
  what: string,
  bytes: Uint8Array,
): MessageShape<D> =>
  refusing(() => {
    checkCount(checkWire(schema, record, bytes, MAX_MESSAGE_DEPTH), what)
    return fromBinary(schema, bytes, { recursionLimit: MAX_MESSAGE_DEPTH, readUnknownFields: false })
  })

const refusing = <T>(work: () => T): T => {
  try {
    return work()
  } catch (cause) {
    if (cause instanceof DomainError) throw cause
    throw new DomainError('bad_request', 'The body is not the OTLP protobuf message of this path.', { cause })
  }
}

const takeSpan = (traces: OtlpTraces, span: Span, resource: OtlpResource, scope: OtlpScope, nowUs: Micros): void => {
  const [traceId, spanId] = [hexOf(span.traceId), hexOf(span.spanId)]
  try {
    const sent = {
      traceId,
      spanId,
      parentId: hexOf(span.parentSpanId),
      name: span.name,
      startUs: microsOf(span.startTimeUnixNano),
      endUs: microsOf(span.endTimeUnixNano),
      statusCode: span.status?.code ?? 0,
      statusMessage: span.status?.message ?? '',
      attributes: attributesOf(span.attributes),
      events: span.events.map(({ name, timeUnixNano, attributes }) => ({
        name,
        timeUs: microsOf(timeUnixNano) || null,
        attributes: attributesOf(attributes),
      })),
      resource,
      scope,
    }
    sortIn(traces, sent, nowUs)
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error
    traces.bad.push(badSpan(traceId, spanId, error.message))
  }
}

const takeLog = (logs: OtlpLogs, record: LogRecord, resource: OtlpResource, scope: OtlpScope): void => {
  const [traceId, spanId] = [hexOf(record.traceId), hexOf(record.spanId)]
  try {
    logs.logs.push(
      logOf({
        traceId,
        spanId,
        timeUs: microsOf(record.timeUnixNano || record.observedTimeUnixNano),
        eventName: record.eventName,
        attributes: attributesOf(record.attributes),
        body: record.body ? valueOf(record.body, 1) : null,
        resource,
        scope,
      }),
    )
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error
    logs.bad.push(badSpan(traceId, spanId, error.message))
  }
}

const scopeOf = (scope: InstrumentationScope | undefined): OtlpScope => ({
  name: scope?.name ?? '',
  version: scope?.version ?? '',
})

const attributesOf = (list: readonly KeyValue[], depth = 1): Attributes => fieldsOf(list, depth)

/** Without a prototype, so that a key named __proto__ is a key like any other. */
const fieldsOf = (list: readonly KeyValue[], depth: number): { [key: string]: AttributeValue } => {
  const fields: { [key: string]: AttributeValue } = Object.create(null)
  for (const { key, value } of list) fields[key] = value ? valueOf(value, depth) : null
  return fields
}

class TooDeep extends Error {}

const valueOf = ({ value }: AnyValue, depth: number): AttributeValue => {
  if (depth > MAX_VALUE_DEPTH) throw new TooDeep(`attributes: nested deeper than ${MAX_VALUE_DEPTH} levels`)
  switch (value.case) {
    case 'stringValue':
    case 'boolValue':
      return value.value
    case 'intValue': {
      const number = Number(value.value)
      return Number.isSafeInteger(number) ? number : value.value.toString()
    }
    case 'doubleValue':
      return Number.isFinite(value.value) ? value.value + 0 : null // JSON has neither NaN nor -0
    case 'arrayValue':
      return value.value.values.map((item) => valueOf(item, depth + 1))
    case 'kvlistValue':
      return fieldsOf(value.value.values, depth + 1)
    case 'bytesValue':
      return bufferOf(value.value).toString('base64')
    default:
      return null // empty, or an index into the tables of profiles, which this is none of
  }
}

const microsOf = (nanos: bigint): Micros => Number(nanos / 1000n)
const hexOf = (bytes: Uint8Array): string => bufferOf(bytes).toString('hex')
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
