import { DomainError } from '@/lib/core/errors'
import { decodeTraces } from '@/lib/ingest/otlp/decode'
import type { OtlpTraces } from '@/lib/ingest/otlp/types'
import {
  jsonRequest,
  protobufRequest,
  SPAN_ID,
  START_NS,
  TRACE_ID,
  type PbSpan,
} from '@/lib/ingest/testing/otlp-requests'

// Short words for tests of decoding: spans in either encoding with single fields spoiled, and what became of them.

export const NOW_US = Date.UTC(2026, 2, 1) * 1000

export const json = (body: unknown): Uint8Array => Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
/** A request of one span that stands there as text, so that it may hold what JSON.stringify would not write. */
export const jsonOf = (span: string): Uint8Array => json(`{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`)
export const ofJson = (...spans: unknown[]): OtlpTraces => decodeTraces('json', jsonRequest(spans), NOW_US)
export const ofProtobuf = (...spans: PbSpan[]): OtlpTraces => decodeTraces('protobuf', protobufRequest(spans), NOW_US)

export const span = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  name: 'chat',
  startTimeUnixNano: String(START_NS),
  ...over,
})
export const pbSpan = (over: PbSpan = {}): PbSpan => ({
  traceId: Buffer.from(TRACE_ID, 'hex'),
  spanId: Buffer.from(SPAN_ID, 'hex'),
  name: 'chat',
  startTimeUnixNano: START_NS,
  ...over,
})

/** The code of the refusal that the work ends in. */
export const refusal = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error instanceof DomainError ? error.code : error
  }
  return 'nothing was refused'
}
