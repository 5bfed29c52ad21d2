import type { Micros } from '@/lib/core/micros'
import { textOf } from '@/lib/ingest/body'
import { checkMetricsJson, logsOfJson, tracesOfJson } from '@/lib/ingest/otlp/decode-json'
import { checkMetricsProtobuf, logsOfProtobuf, tracesOfProtobuf } from '@/lib/ingest/otlp/decode-protobuf'
import type { OtlpLogs, OtlpTraces } from '@/lib/ingest/otlp/types'

export type OtlpEncoding = 'json' | 'protobuf'

/**
 * Spans of an OTLP/HTTP request, the same from both encodings; empty for an empty body.
 * Throws `bad_request` when it cannot be decoded and `too_large` when it holds more than one request may.
 */
export const decodeTraces = (encoding: OtlpEncoding, body: Uint8Array, nowUs: Micros): OtlpTraces =>
  encoding === 'json' ? tracesOfJson(textOf(body), nowUs) : tracesOfProtobuf(body, nowUs)

/** Log records, with the same errors. */
export const decodeLogs = (encoding: OtlpEncoding, body: Uint8Array): OtlpLogs =>
  encoding === 'json' ? logsOfJson(textOf(body)) : logsOfProtobuf(body)

/** Metrics are only checked, with the same errors: nothing of them is used (wire.md 1.3). */
export const checkMetrics = (encoding: OtlpEncoding, body: Uint8Array): void =>
  encoding === 'json' ? checkMetricsJson(textOf(body)) : checkMetricsProtobuf(body)
