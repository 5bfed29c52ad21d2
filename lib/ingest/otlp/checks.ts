import { DomainError } from '@/lib/core/errors'
import type { Micros } from '@/lib/core/micros'
import { isStorableTime, OUTSIDE_TIMES } from '@/lib/ingest/bounded'
import type { BadSpan, OtlpLog, OtlpSpan, OtlpTraces } from '@/lib/ingest/otlp/types'
import { MAX_ITEMS } from '@/lib/ingest/schema'

/** Deeper values are refused: everything that walks or prints a value recurses. */
export const MAX_VALUE_DEPTH = 500

const BAD_ID_CHARS = 64

/** A span as it stands on the wire: ids in lower case but unchecked, times 0 where there is none. */
export type SentSpan = Omit<OtlpSpan, 'parentId' | 'endUs'> & { parentId: string; endUs: Micros }

/** Throws `too_large` when a request holds more records than one may. */
export const checkCount = (count: number, what: string): void => {
  if (count > MAX_ITEMS) {
    throw new DomainError('too_large', `At most ${MAX_ITEMS} ${what} in one request; this one has ${count}. Split it.`)
  }
}

/** Puts the span where it belongs: among the good ones, or among the bad ones with the reason (wire.md 1.2). */
export const sortIn = (into: OtlpTraces, sent: SentSpan, nowUs: Micros): void => {
  const reason = reasonAgainst(sent, nowUs)
  if (reason) into.bad.push(badSpan(sent.traceId, sent.spanId, reason))
  else into.spans.push({ ...sent, parentId: isZero(sent.parentId) ? null : sent.parentId, endUs: sent.endUs || null })
}

export const badSpan = (traceId: string, spanId: string, reason: string): BadSpan => ({
  traceId: traceId.slice(0, BAD_ID_CHARS).toWellFormed(),
  spanId: spanId.slice(0, BAD_ID_CHARS).toWellFormed(),
  reason,
})

/** Only what makes a span impossible to store: its identity and its times (wire.md 1.2, 1.6). */
const reasonAgainst = (span: SentSpan, nowUs: Micros): string | undefined => {
  if (!isTraceId(span.traceId)) return 'traceId: must be 32 hex digits (16 bytes)'
  if (isZero(span.traceId)) return 'traceId: must not be all zero'
  if (!isSpanId(span.spanId)) return 'spanId: must be 16 hex digits (8 bytes)'
  if (isZero(span.spanId)) return 'spanId: must not be all zero'
  if (span.parentId !== '' && !isSpanId(span.parentId)) return 'parentSpanId: must be 16 hex digits (8 bytes), or empty'
  return timeReason(span, nowUs)
}

/** Why a span with these times is bad: no start, or a time that no clock shows. An end before the start is no reason. */
export const timeReason = (span: { startUs: Micros; endUs: Micros | null }, nowUs: Micros): string | undefined => {
  if (span.startUs === 0) return 'start time: is missing'
  if (!isStorableTime(span.startUs, nowUs)) return `start time: ${OUTSIDE_TIMES}`
  if (span.endUs !== null && span.endUs > span.startUs && !isStorableTime(span.endUs, nowUs)) {
    return `end time: ${OUTSIDE_TIMES}`
  }
  return undefined
}

export const isTraceId = (text: string): boolean => /^[0-9a-f]{32}$/.test(text)
export const isSpanId = (text: string): boolean => /^[0-9a-f]{16}$/.test(text)
export const isZero = (id: string): boolean => /^0*$/.test(id)

/** A log record as it stands on the wire: ids in lower case but unchecked, time 0 and names empty where there is none. */
export type SentLog = Omit<OtlpLog, 'traceId' | 'spanId' | 'timeUs' | 'eventName'> & {
  traceId: string
  spanId: string
  timeUs: Micros
  eventName: string
}

/** Ids that are none become null: a log record need not belong to a span. */
export const logOf = (sent: SentLog): OtlpLog => {
  const named = sent.attributes['event.name']
  return {
    ...sent,
    traceId: isTraceId(sent.traceId) && !isZero(sent.traceId) ? sent.traceId : null,
    spanId: isSpanId(sent.spanId) && !isZero(sent.spanId) ? sent.spanId : null,
    timeUs: sent.timeUs || null,
    eventName: sent.eventName || (typeof named === 'string' && named !== '' ? named : null),
  }
}
