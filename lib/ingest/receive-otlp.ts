import 'server-only'
import { setImmediate as otherWork } from 'node:timers/promises'
import type { KeyCtx } from '@/lib/auth/caller'
import { DomainError } from '@/lib/core/errors'
import { fromDate } from '@/lib/core/micros'
import { dialectsOf, unknownKeys } from '@/lib/ingest/dialects/known'
import { mediaType, readBody, textOf } from '@/lib/ingest/body'
import type { Item } from '@/lib/ingest/items'
import { parseJson } from '@/lib/ingest/json-text'
import { agentsTraces } from '@/lib/ingest/openai-agents'
import { badSpan, checkCount, timeReason } from '@/lib/ingest/otlp/checks'
import { checkMetrics, decodeLogs, decodeTraces, type OtlpEncoding } from '@/lib/ingest/otlp/decode'
import { logMapper } from '@/lib/ingest/otlp/log-items'
import { SCORES_CUT } from '@/lib/ingest/otlp/score-items'
import { spanMapper } from '@/lib/ingest/otlp/span-items'
import { logsAnswer, metricsAnswer, PROTOBUF, traceAnswer } from '@/lib/ingest/otlp/status'
import type { BadSpan, OtlpSpan, OtlpTraces } from '@/lib/ingest/otlp/types'
import { checkDepth } from '@/lib/ingest/payload'
import { notingRefusal, senderOf, storeItems, takeRate } from '@/lib/ingest/receive'
import { MAX_ITEMS } from '@/lib/ingest/schema'
import type { SpanNode } from '@/lib/ingest/span-node'
import { noteSources } from '@/lib/sources/note'
import type { SeenSpan } from '@/lib/sources/rules'
import type { Road } from '@/lib/sources/schema'
import type { AgentsAnswer } from '@/lib/ingest/otlp-schema'

/** `POST /v1/traces`: read, decode, map, store in a shared commit, answer after it. */
export const receiveTraces = (ctx: KeyCtx, request: Request): Promise<Response> =>
  notingRefusal(ctx, 'otlp', () => takeTraces(ctx, request))

const takeTraces = async (ctx: KeyCtx, request: Request): Promise<Response> => {
  const encoding = encodingOf(request)
  const body = await readBody(request)
  const traces = decodeTraces(encoding, body, fromDate(ctx.now))
  return traceAnswer(encoding, await storeSpans(ctx, 'otlp', traces, body.length))
}

/** `POST /v1/logs`: what belongs to spans (content, evaluation results) is stored, the rest is only answered. */
export const receiveLogs = (ctx: KeyCtx, request: Request): Promise<Response> =>
  notingRefusal(ctx, 'otlp', () => takeLogs(ctx, request))

const takeLogs = async (ctx: KeyCtx, request: Request): Promise<Response> => {
  const encoding = encodingOf(request)
  const body = await readBody(request)
  const { logs, bad } = decodeLogs(encoding, body)
  await takeRate(ctx, logs.length + bad.length)
  const map = logMapper(senderOf(ctx))
  const refused = await storeEach(
    ctx,
    logs,
    (log) => ({ items: map(log) }),
    (log, reason) => badSpan(log.traceId ?? '', log.spanId ?? '', reason),
    body.length,
  )
  return logsAnswer(encoding, [...bad, ...refused])
}

/** `POST /v1/metrics`: taken so that senders neither fail nor try again. Never stored: usage would count twice. */
export const receiveMetrics = async (_ctx: KeyCtx, request: Request): Promise<Response> => {
  const encoding = encodingOf(request)
  checkMetrics(encoding, await readBody(request))
  return metricsAnswer(encoding)
}

/** `POST /v1/traces/ingest`: the tracing JSON of the OpenAI Agents SDK (wire.md 5). */
export const receiveAgentsTraces = (ctx: KeyCtx, request: Request): Promise<AgentsAnswer> =>
  notingRefusal(ctx, 'openai-agents', () => takeAgentsTraces(ctx, request))

const takeAgentsTraces = async (ctx: KeyCtx, request: Request): Promise<AgentsAnswer> => {
  if (mediaType(request) !== 'application/json') {
    throw new DomainError('unsupported_media_type', 'Send content-type application/json.')
  }
  const body = await readBody(request)
  const { spans, bad } = agentsTraces(parsed(body), fromDate(ctx.now))
  checkCount(spans.length + bad.length, 'spans')
  const nowUs = fromDate(ctx.now)
  const traces: OtlpTraces = { spans: [], bad: [...bad] }
  for (const span of spans) {
    const reason = timeReason(span, nowUs)
    if (reason) traces.bad.push(badSpan(span.traceId, span.spanId, reason))
    else traces.spans.push(span)
  }
  const rejected = await storeSpans(ctx, 'openai-agents', traces, body.length).catch(asRetryable)
  return {
    accepted: spans.length + bad.length - rejected.length,
    rejected: rejected.map(({ traceId, spanId, reason }) => ({ traceId, id: spanId, message: reason })),
  }
}

/** The exporter of the OpenAI Agents SDK drops what gets any 4xx, 429 too, and tries again after 5xx only. */
const asRetryable = (error: unknown): never => {
  if (!(error instanceof DomainError) || error.code !== 'rate_limited') throw error
  throw new DomainError('unavailable', error.message, { cause: error, retryAfterSec: error.retryAfterSec ?? 1 })
}

const encodingOf = (request: Request): OtlpEncoding => {
  const type = mediaType(request)
  if (type === PROTOBUF) return 'protobuf'
  if (type === 'application/json') return 'json'
  throw new DomainError('unsupported_media_type', `Send content-type ${PROTOBUF} or application/json.`)
}

const parsed = (bytes: Uint8Array): unknown => {
  const text = textOf(bytes)
  if (text.trim() === '') return { data: [] }
  const body = parseJson(text)
  const depth = checkDepth(body)
  if (depth) throw new DomainError('bad_request', `body: ${depth}`)
  return body
}

/** Stores the good spans and answers all bad ones: those that came so, and those that could not be mapped or stored. */
const storeSpans = async (ctx: KeyCtx, road: Road, traces: OtlpTraces, bytes: number): Promise<BadSpan[]> => {
  await takeRate(ctx, traces.spans.length + traces.bad.length)
  const map = spanMapper(senderOf(ctx))
  const seen: SeenSpan[] = []
  const refused = await storeEach(
    ctx,
    traces.spans,
    (span) => {
      const mapped = map(span)
      const item = mapped.items?.[0]
      if (item?.type === 'span') seen.push(seenSpan(span, item.node, seen.length < LOOKED_AT))
      return mapped
    },
    (span, reason) => badSpan(span.traceId, span.spanId, reason),
    bytes,
  )
  const bad = [...traces.bad, ...refused]
  noteSources(
    ctx,
    road,
    seen,
    bad.map(({ traceId, spanId, reason }) => ({ reason, span: `${traceId}/${spanId}` })),
  )
  return bad
}

/** Spans of a request whose attributes are looked at one by one for what nobody understands; the others look alike. */
const LOOKED_AT = 50

const seenSpan = (span: OtlpSpan, node: SpanNode, isLookedAt: boolean): SeenSpan => ({
  node,
  scopeVersion: span.scope.version || null,
  unknownKeys: isLookedAt ? unknownKeys(span) : [],
  dialects: isLookedAt ? dialectsOf(span) : [],
})

/** After so long, others of the process get their turn: a large request maps for a second. */
const TURN_MS = 20

/** Maps records to items, stores them together, and answers each record of which something was refused, once. */
const storeEach = async <R>(
  ctx: KeyCtx,
  records: readonly R[],
  map: (record: R) => { items: Item[]; rejected?: never } | { items?: never; rejected: string },
  bad: (record: R, reason: string) => BadSpan,
  bytes: number,
): Promise<BadSpan[]> => {
  const refused = new Map<R, string>()
  const items: Item[] = []
  const owners: R[] = []
  let [since, scores] = [performance.now(), 0]
  for (const record of records) {
    const mapped = map(record)
    if (mapped.items === undefined) refused.set(record, mapped.rejected)
    else {
      for (const item of mapped.items) {
        // Each span may carry some; all of them together are one transaction, so past a bound they are cut and flagged.
        if (item.type === 'score' && (scores += 1) > MAX_ITEMS) {
          const [span] = mapped.items
          if (span?.type === 'span' && !span.node.flags.includes(SCORES_CUT)) span.node.flags.push(SCORES_CUT)
          break
        }
        items.push(item)
        owners.push(record)
      }
    }
    if (performance.now() - since > TURN_MS) {
      await otherWork()
      since = performance.now()
    }
  }
  const results = await storeItems(ctx, items, bytes)
  results.forEach((result, i) => {
    const owner = owners[i]
    if (typeof result === 'object' && owner !== undefined && !refused.has(owner)) refused.set(owner, result.message)
  })
  return [...refused].map(([record, reason]) => bad(record, reason))
}
