import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fromDate, toIso } from '@/lib/core/micros'
import { formatUsd } from '@/lib/core/money'
import { decodeTraces } from '@/lib/ingest/otlp/decode'
import { spanMapper } from '@/lib/ingest/otlp/span-items'
import type { SpanNode } from '@/lib/ingest/span-node'
import { generate } from '@/lib/ingest/testing/generate'
import { expectHonest } from '@/lib/ingest/testing/honest'
import { TEAM } from '@/lib/ingest/testing/memory-traces'
import {
  asOtlpKnows,
  jsonBody,
  protobufBody,
  requestOf,
  singleSpans,
  type TraceRequest,
} from '@/lib/ingest/testing/otlp-bodies'
import { eventRequest, otlpRequest, sendSingly } from '@/lib/ingest/testing/over-http'
import { Random } from '@/lib/ingest/testing/random'
import { makeSender, testPool } from '@/lib/ingest/testing/sender'
import { SIZE } from '@/lib/ingest/testing/size'
import type { WireEvent, WireSpan } from '@/lib/ingest/testing/wire-events'
import { describeWithSharedData, sharedData } from '@/scripts/testing/shared-data'
import { startSlim, type SlimProcess } from '@/scripts/testing/slim-process'

const HOURS = 4 * 3_600_000
const pool = testPool(4)
let processes: SlimProcess[] = []
beforeAll(async () => {
  processes = await Promise.all([startSlim(), startSlim()])
}, 60_000)
afterAll(async () => {
  await Promise.all(processes.map((process) => process.kill()))
  await pool.end()
})

type Sent = { otlp: TraceRequest } | { event: WireEvent }

/** Each in a request of its own, JSON and protobuf mixed, a fifth doubled, shuffled, from 16 callers to two processes. */
const send = async (key: string, whole: readonly Sent[], seed: number): Promise<void> => {
  const random = new Random(seed)
  const all = random.shuffle([...whole, ...whole.filter(() => random.chance(0.2))])
  const request = (sent: unknown) => {
    const one = sent as Sent // what is handed to sendSingly just below
    if ('event' in one) return eventRequest(one.event)
    return otlpRequest(random.chance(0.5) ? jsonBody(one.otlp) : protobufBody(one.otlp))
  }
  await sendSingly(() => processes.map(({ url }) => url), key, all, { request })
  expect(processes.every(({ child }) => child.exitCode === null)).toBe(true)
}

test.each(Array.from({ length: SIZE.seeds }, (_, n) => n + 101))(
  'generated traces over OTLP, with calls seen by two instrumentations, seed %i: totals equal recount and oracle',
  async (seed) => {
    const { team, key } = await makeSender()
    const events = generate(seed, { traces: SIZE.traces, scopes: true }).events.map((event) =>
      event.type === 'span' ? asOtlpKnows(event) : event,
    )
    await send(
      key.text,
      events.map((event) => (event.type === 'span' ? { otlp: requestOf(event) } : { event })),
      seed,
    )
    await expectHonest(pool, team.id, events)
  },
  SIZE.isSuite ? 120_000 : HOURS,
)

describeWithSharedData('the published payloads', () => {
  const files = ['captured-real-clients', 'reconstructed-otlp-json'].flatMap((folder) =>
    readdirSync(sharedData(join('otlp', folder)))
      .filter((name) => name.endsWith('.json') && !name.endsWith('.headers.json'))
      .map((name) => join('otlp', folder, name)),
  )

  test('cut into single-span requests, JSON and protobuf mixed, from 16 callers: totals equal recount and oracle', async () => {
    const { team, key } = await makeSender()
    const requests = files.flatMap(
      (file) => singleSpans(JSON.parse(readFileSync(sharedData(file), 'utf8')) as TraceRequest), // files of real OTLP senders
    )
    const nowUs = fromDate(new Date())
    const map = spanMapper({ agentName: null, environment: 'production', team: TEAM, nowUs })
    const spans = requests.flatMap((request) => {
      const { spans: decoded } = decodeTraces('json', jsonBody(request).body, nowUs)
      return decoded.flatMap((span) => {
        const item = map(span).items?.[0]
        return item?.type === 'span' ? [wireSpan(item.node)] : []
      })
    })
    expect(spans).toHaveLength(requests.length)
    await send(
      key.text,
      requests.map((otlp) => ({ otlp })),
      7,
    )
    // The two Pydantic AI files are the same two spans: one of each counts.
    const once = new Map(spans.map((span) => [`${span.traceId} ${span.id}`, span]))
    await expectHonest(pool, team.id, [...once.values()])
  }, 120_000)
})

/** A mapped span as the oracle reads spans; that the map is right is what the payload tests say. */
const wireSpan = (node: SpanNode): WireSpan => {
  const given = <K extends string, V>(key: K, value: V | null): Partial<Record<K, V>> =>
    value === null ? {} : ({ [key]: value } as Partial<Record<K, V>>) // the one key it was given
  return {
    type: 'span',
    id: node.spanId,
    traceId: node.traceId,
    kind: node.kind as WireSpan['kind'], // the mapper knows no other kinds
    name: node.name,
    startedAt: toIso(node.startUs),
    status: node.status === 'error' ? 'error' : 'ok',
    scope: node.scope ?? '',
    ...given('parentId', node.parentId),
    ...given('endedAt', node.endUs === null ? null : toIso(node.endUs)),
    ...given('interactionId', node.interactionId),
    ...given('agent', node.agent),
    ...given('release', node.release),
    ...given('workflow', node.workflow),
    ...given('segment', node.segment),
    ...given('model', node.model ?? node.requestModel),
    ...given('requestModel', node.requestModel),
    ...given('provider', node.provider),
    ...given('responseId', node.responseId),
    ...given('serviceInstance', node.serviceInstance),
    ...given('tool', node.toolName === null ? null : { name: node.toolName }),
    // A version may come without a name.
    ...given(
      'prompt',
      (node.promptName ?? node.promptVersion) === null
        ? null
        : { name: node.promptName ?? '', version: node.promptVersion },
    ),
    ...given('costUsd', node.costReported === null ? null : formatUsd(node.costReported)),
    ...given('usage', usageOf(node)),
  }
}

const usageOf = (node: SpanNode): WireSpan['usage'] | null =>
  node.inputTokens === null && node.outputTokens === null
    ? null
    : {
        inputTokens: node.inputTokens ?? 0,
        outputTokens: node.outputTokens ?? 0,
        ...(node.cacheReadTokens === null ? {} : { cacheReadTokens: node.cacheReadTokens }),
        ...(node.cacheWriteTokens === null ? {} : { cacheWriteTokens: node.cacheWriteTokens }),
        ...(node.reasoningTokens === null ? {} : { reasoningTokens: node.reasoningTokens }),
      }
