import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { POST as postAgents } from '@/app/api/public/openai/v1/traces/ingest/route'
import { POST as postLogs } from '@/app/api/public/otel/v1/logs/route'
import { POST as postMetrics } from '@/app/api/public/otel/v1/metrics/route'
import { POST as postTraces } from '@/app/api/public/otel/v1/traces/route'
import type { RouteHandler } from '@/lib/http/route'
import { expectCleanRecount } from '@/lib/ingest/testing/honest'
import {
  answerOf,
  idOf,
  jsonRequest,
  jsonSpan,
  protobufRequest,
  protobufSpan,
  requestOf,
  START_NS,
  TRACE_ID,
  TYPE_OF,
  type OtlpAnswer,
  type Words,
} from '@/lib/ingest/testing/otlp-requests'
import { makeSender, testPool, type Sender } from '@/lib/ingest/testing/sender'
import { makeKey } from '@/scripts/testing/house'

const ENCODINGS = ['json', 'protobuf'] as const

const pool = testPool(4)
let sender: Sender
beforeAll(async () => {
  sender = await makeSender()
})
afterAll(async () => {
  await expectCleanRecount(pool)
  await pool.end()
})

const send = async (
  body: BodyInit,
  headers: Record<string, string>,
  handler: RouteHandler = postTraces,
): Promise<OtlpAnswer> => {
  const init = { method: 'POST', headers: { ...sender.key.headers, ...headers }, body }
  return answerOf(await handler(new Request('http://127.0.0.1/v1/traces', init), { params: Promise.resolve({}) }))
}
const typed = (encoding: keyof typeof TYPE_OF, more: Record<string, string> = {}) => ({
  'content-type': TYPE_OF[encoding],
  ...more,
})
const stored = async (traceId: string, teamId = sender.team.id): Promise<string[]> => {
  const { rows } = await pool.query<{ span_id: string }>(
    'SELECT span_id FROM span WHERE team_id = $1 AND trace_id = $2 ORDER BY span_id',
    [teamId, traceId],
  )
  return rows.map((row) => row.span_id)
}
let traces = 0
const newTrace = (): string => `aa${(++traces).toString(16).padStart(30, '0')}`

describe.each(ENCODINGS)('OTLP as %s', (encoding) => {
  test('spans are stored, and the answer is empty and of the same type', async () => {
    const traceId = newTrace()
    const spans = [1, 2, 3].map((n): Words => ({ traceId, spanId: idOf(n) }))
    const answer = await send(requestOf(encoding, spans), typed(encoding))
    expect(answer).toEqual({
      status: 200,
      type: TYPE_OF[encoding],
      retryAfter: null,
      rejected: 0,
      message: '',
      code: 0,
    })
    expect(await stored(traceId)).toEqual([1, 2, 3].map(idOf))
  })

  test('I8: 99 good spans and 1 bad one: 99 are stored, and the answer names the bad one', async () => {
    const traceId = newTrace()
    const spans = Array.from({ length: 100 }, (_, n): Words => ({ traceId, spanId: idOf(n) }))
    const answer = await send(requestOf(encoding, spans), typed(encoding))
    expect(answer).toMatchObject({
      status: 200,
      rejected: 1,
      message: `${traceId}/0000000000000000: spanId: must not be all zero`,
    })
    expect(await stored(traceId)).toHaveLength(99)
  })

  test('of many bad spans 20 are named and the rest counted', async () => {
    const spans = Array.from({ length: 25 }, (_, n): Words => ({ spanId: idOf(n + 1), startNs: 1n }))
    const answer = await send(requestOf(encoding, spans), typed(encoding))
    expect(answer).toMatchObject({ status: 200, rejected: 25 })
    expect(answer.message.match(/start time: is missing/g)).toHaveLength(20)
    expect(answer.message).toMatch(new RegExp(`^${TRACE_ID}/${idOf(1)}: start time: .*and 5 more spans$`))
  })

  test('I6: one span of 6 MiB among small ones costs none of them', async () => {
    const traceId = newTrace()
    const spans = Array.from({ length: 50 }, (_, n): Words => ({ traceId, spanId: idOf(n + 1) }))
    spans[25] = { ...spans[25], attributes: { 'input.value': 'x'.repeat(6 * 1024 * 1024) } }
    expect(await send(requestOf(encoding, spans), typed(encoding))).toMatchObject({ status: 200, rejected: 0 })
    expect(await stored(traceId)).toHaveLength(50)
  })

  test('gzip, parameters of the type, senders’ own headers and unknown query strings are all fine', async () => {
    const traceId = newTrace()
    const headers = {
      'content-type': `${TYPE_OF[encoding]}; charset=utf-8`,
      'content-encoding': 'gzip',
      'x-langfuse-ingestion-version': '4',
      'x-langfuse-public-key': 'pk-lf-1',
      'x-project-name': 'shop',
    }
    expect(await send(new Uint8Array(gzipSync(requestOf(encoding, [{ traceId }]))), headers)).toMatchObject({
      status: 200,
    })
    expect(await stored(traceId)).toHaveLength(1)
  })

  test('a chunked body without a length', async () => {
    const traceId = newTrace()
    const body = requestOf(encoding, [{ traceId }])
    const chunks = new ReadableStream({
      start: (controller) => {
        for (let at = 0; at < body.length; at += 7) controller.enqueue(body.slice(at, at + 7))
        controller.close()
      },
    })
    const init = {
      method: 'POST',
      headers: { ...sender.key.headers, ...typed(encoding) },
      body: chunks,
      duplex: 'half',
    }
    const response = await postTraces(new Request('http://127.0.0.1/v1/traces', init), { params: Promise.resolve({}) })
    expect(response.status).toBe(200)
    expect(await stored(traceId)).toHaveLength(1)
  })

  test.each([
    ['no key', { authorization: '' }, 401, 16],
    ['an unknown key', { authorization: `Bearer sbx_${'a'.repeat(12)}_${'b'.repeat(43)}` }, 401, 16],
  ])('%s: google.rpc.Status in the request’s encoding', async (_, headers, status, code) => {
    const answer = await send(requestOf(encoding, [{}]), typed(encoding, headers))
    expect(answer).toMatchObject({ status, code, type: TYPE_OF[encoding] })
    expect(answer.message).toMatch(/API key/)
  })

  test('a key without the scope, a broken body, another encoding of the body', async () => {
    const reader = await makeKey(sender.team.id, { scopes: ['read'] })
    expect(await send(requestOf(encoding, [{}]), typed(encoding, reader.headers))).toMatchObject({
      status: 403,
      code: 7,
    })
    expect(await send('{"resourceSpans":', typed(encoding))).toMatchObject({
      status: 400,
      code: 3,
      type: TYPE_OF[encoding],
    })
    expect(await send('x', typed(encoding, { 'content-encoding': 'zstd' }))).toMatchObject({ status: 415, code: 3 })
  })

  test('the team’s rate: 429 with whole seconds, and what was refused comes in later', async () => {
    const limited = await makeSender()
    await pool.query('UPDATE team SET ingest_per_minute = 3 WHERE id = $1', [limited.team.id])
    const key = await makeKey(limited.team.id, { scopes: ['ingest'] })
    const spans = [1, 2, 3, 4].map((n): Words => ({ spanId: idOf(n) }))
    const answer = await send(requestOf(encoding, spans), typed(encoding, key.headers))
    expect(answer).toMatchObject({ status: 429, code: 8, type: TYPE_OF[encoding] })
    expect(answer.retryAfter).toMatch(/^[1-9]\d?$/)
    expect(await send(requestOf(encoding, spans.slice(1)), typed(encoding, key.headers))).toMatchObject({ status: 200 })
  })

  test('an empty body is a success on every path', async () => {
    for (const handler of [postTraces, postLogs, postMetrics]) {
      expect(await send('', typed(encoding), handler)).toMatchObject({
        status: 200,
        rejected: 0,
        type: TYPE_OF[encoding],
      })
    }
  })
})

test('the same span as JSON and then as protobuf is one span (known-bugs I10)', async () => {
  const traceId = newTrace()
  const words = { traceId: traceId.toUpperCase(), spanId: 'ABCDEF0123456789', endNs: START_NS + 5_000n }
  for (const encoding of [...ENCODINGS, ...ENCODINGS]) {
    expect(await send(requestOf(encoding, [words]), typed(encoding))).toMatchObject({ status: 200, rejected: 0 })
  }
  expect(await stored(traceId)).toEqual(['abcdef0123456789'])
})

test('a success without rejections is an empty message: no partialSuccess at all', async () => {
  const ask = (encoding: keyof typeof TYPE_OF) =>
    postTraces(
      new Request('http://127.0.0.1/v1/traces', {
        method: 'POST',
        headers: { ...sender.key.headers, ...typed(encoding) },
        body: requestOf(encoding, [{}]),
      }),
      { params: Promise.resolve({}) },
    )
  expect(await (await ask('json')).text()).toBe('{}')
  const response = await ask('protobuf')
  expect((await response.arrayBuffer()).byteLength).toBe(0)
  expect(response.headers.get('x-signalbox-request-id')).toMatch(/^req_/)
})

test('rejected spans are counted as int64 is written in JSON: as text', async () => {
  const response = await postTraces(
    new Request('http://127.0.0.1/v1/traces', {
      method: 'POST',
      headers: { ...sender.key.headers, ...typed('json') },
      body: jsonRequest([jsonSpan({ spanId: idOf(0) })]),
    }),
    { params: Promise.resolve({}) },
  )
  expect(await response.json()).toMatchObject({ partialSuccess: { rejectedSpans: '1' } })
})

test.each([
  ['Bearer', (key: string) => ({ authorization: `Bearer ${key}` })],
  ['x-api-key', (key: string) => ({ authorization: '', 'x-api-key': key })],
  ['Basic, the key as password', (key: string) => ({ authorization: `Basic ${btoa(`pk-lf-anything:${key}`)}` })],
])('a key comes by %s', async (_, headersOf) => {
  expect(await send(requestOf('json', [{}]), typed('json', headersOf(sender.key.text)))).toMatchObject({ status: 200 })
})

test('the team comes from the key alone: the same ids by another team’s key are its own', async () => {
  const traceId = newTrace()
  const other = await makeSender()
  const words = { traceId, attributes: { 'signalbox.team': sender.team.slug, 'service.namespace': sender.team.id } }
  await send(requestOf('protobuf', [words]), typed('protobuf', other.key.headers))
  expect([await stored(traceId), (await stored(traceId, other.team.id)).length]).toEqual([[], 1])
})

test('10,000 spans in one request are stored, 10,001 are too many', async () => {
  const traceId = newTrace()
  const spans = Array.from({ length: 10_001 }, (_, n) => protobufSpan({ traceId, spanId: idOf(n + 1) }))
  expect(await send(protobufRequest(spans), typed('protobuf'))).toMatchObject({ status: 413, code: 8 })
  expect(await stored(traceId)).toHaveLength(0)
  expect(await send(protobufRequest(spans.slice(1)), typed('protobuf'))).toMatchObject({ status: 200, rejected: 0 })
  expect(await stored(traceId)).toHaveLength(10_000)
}, 60_000)

test('the OpenAI Agents path answers in our own form', async () => {
  const ask = (body: string, type = 'application/json') =>
    postAgents(
      new Request('http://127.0.0.1/v1/traces/ingest', {
        method: 'POST',
        headers: { ...sender.key.headers, 'content-type': type, 'openai-beta': 'traces=v1' },
        body,
      }),
      { params: Promise.resolve({}) },
    )
  expect(await (await ask('{"data": []}')).json()).toEqual({ accepted: 0, rejected: [] })
  expect((await ask('')).status).toBe(200)
  expect(await (await ask('{"data": [')).json()).toMatchObject({ error: { code: 'bad_request' } })
  expect((await ask('x', 'text/plain')).status).toBe(415)
})

test('the OpenAI Agents exporter drops what gets a 429, so the team’s rate answers it 503', async () => {
  const limited = await makeSender()
  await pool.query('UPDATE team SET ingest_per_minute = 1 WHERE id = $1', [limited.team.id])
  const key = await makeKey(limited.team.id, { scopes: ['ingest'] })
  const span = {
    object: 'trace.span',
    id: 'span_1',
    trace_id: 'trace_1',
    started_at: '2026-03-01T10:00:00Z',
    span_data: { type: 'agent', name: 'a' },
  }
  const response = await postAgents(
    new Request('http://127.0.0.1/v1/traces/ingest', {
      method: 'POST',
      headers: { ...key.headers, 'content-type': 'application/json' },
      body: JSON.stringify({ data: [span, { ...span, id: 'span_2' }] }),
    }),
    { params: Promise.resolve({}) },
  )
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toMatch(/^[1-9]\d?$/)
})

test('evaluation results past 10,000 in one request are cut, and the spans that carry them say so', async () => {
  const traceId = newTrace()
  const spans = Array.from({ length: 102 }, (_, n) => ({
    traceId,
    spanId: (n + 1).toString(16).padStart(16, '0'),
    name: 'judge',
    startTimeUnixNano: START_NS,
    endTimeUnixNano: START_NS,
    events: Array.from({ length: 100 }, (_, k) => ({
      name: 'gen_ai.evaluation.result',
      timeUnixNano: START_NS,
      attributes: [
        { key: 'gen_ai.evaluation.name', value: { stringValue: `e${k}` } },
        { key: 'gen_ai.evaluation.score.value', value: { doubleValue: 1 } },
      ],
    })),
  }))
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  )
  expect((await send(body, typed('json'))).status).toBe(200)
  const { rows } = await pool.query<{ spans: number; cut: number; scores: number }>(
    `SELECT count(*)::int AS spans, count(*) FILTER (WHERE 'scores_cut' = ANY(flags))::int AS cut,
       (SELECT count(*)::int FROM score WHERE team_id = $1 AND trace_id = $2) AS scores
     FROM span WHERE team_id = $1 AND trace_id = $2`,
    [sender.team.id, traceId],
  )
  expect(rows).toEqual([{ spans: 102, cut: 2, scores: 10_000 }])
})
