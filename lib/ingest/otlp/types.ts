import type { Micros } from '@/lib/core/micros'

/** A decoded OTLP request, the same from protobuf and JSON (wire.md 1.1). No field is trusted or bounded yet. */

/** Plain JSON. Integers beyond 2^53 are decimal strings, bytes base64 strings; NaN and infinities are null. */
export type AttributeValue = string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue }
/** Without a prototype, or with keys set by defineProperty: a key named `__proto__` stays a key. */
export type Attributes = Readonly<Record<string, AttributeValue>>

export type OtlpScope = { name: string; version: string }
/** One object per resource or scope of the request, shared by its spans: look-ups on it may be cached by identity. */
export type OtlpResource = { attributes: Attributes }
export type OtlpEvent = { name: string; timeUs: Micros | null; attributes: Attributes }

export type OtlpSpan = {
  /** 32 and 16 hex digits in lower case, not all zero: the decoder has rejected others. */
  traceId: string
  spanId: string
  /** Null for a root: empty or all zero on the wire. */
  parentId: string | null
  name: string
  /** Nanoseconds on the wire, read as integers and truncated to microseconds. */
  startUs: Micros
  /** Null where the wire says 0 or nothing. */
  endUs: Micros | null
  /** 0 unset, 1 ok, 2 error. */
  statusCode: number
  statusMessage: string
  attributes: Attributes
  events: OtlpEvent[]
  resource: OtlpResource
  scope: OtlpScope
}

/** A span that cannot be stored: ids as sent (at most 64 characters each) and why. */
export type BadSpan = { traceId: string; spanId: string; reason: string }
export type OtlpTraces = { spans: OtlpSpan[]; bad: BadSpan[] }

export type OtlpLog = {
  traceId: string | null
  spanId: string | null
  timeUs: Micros | null
  /** `event_name` of the record, else its attribute `event.name`. */
  eventName: string | null
  attributes: Attributes
  body: AttributeValue
  resource: OtlpResource
  scope: OtlpScope
}
export type OtlpLogs = { logs: OtlpLog[]; bad: BadSpan[] }
