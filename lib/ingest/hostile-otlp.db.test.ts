import { connect } from 'node:net'
import { createGzip, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
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
  TYPE_OF,
  type Encoding,
  type OtlpAnswer,
  type PbAny,
} from '@/lib/ingest/testing/otlp-requests'
import { Random } from '@/lib/ingest/testing/random'
import { makeSender, testPool, type Sender } from '@/lib/ingest/testing/sender'
import { startSlim, type SlimProcess } from '@/scripts/testing/slim-process'

const OTLP_PATHS = [
  '/v1/traces',
  '/v1/logs',
  '/v1/metrics',
  '/api/public/otel/v1/traces',
  '/api/public/otel/v1/logs',
  '/api/public/otel/v1/metrics',
] as const
const AGENTS_PATHS = ['/v1/traces/ingest'] as const
const MEMORY_GROWTH_MAX = 150 * 1024 * 1024

const pool = testPool(4)
let server: SlimProcess
let sender: Sender
beforeAll(async () => {
  server = await startSlim()
  sender = await makeSender()
}, 60_000)
afterAll(async () => {
  await server.kill()
  await pool.end()
})

const post = async (
  path: string,
  encoding: Encoding,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<OtlpAnswer> =>
  answerOf(
    await fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { ...sender.key.headers, 'content-type': TYPE_OF[encoding], ...headers },
      body,
    }),
  )
const stored = async (traceId: string): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM span WHERE team_id = $1 AND trace_id = $2',
    [sender.team.id, traceId],
  )
  return rows[0]?.n ?? 0
}
let traces = 0
const newTrace = (): string => `bb${(++traces).toString(16).padStart(30, '0')}`

/** So many megabytes of one text again and again, gzipped, never held whole. */
const bomb = async (megabytes: number, unit: string, before = '', after = ''): Promise<Uint8Array<ArrayBuffer>> => {
  const gzip = createGzip({ level: 9 })
  const chunks: Uint8Array[] = []
  gzip.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  const ended = new Promise((resolve) => gzip.once('end', resolve))
  const block = Buffer.from(unit.repeat(Math.floor((1024 * 1024) / unit.length)), 'latin1')
  gzip.write(before)
  for (let n = 0; n < megabytes; n++) {
    if (!gzip.write(block)) await new Promise((resolve) => gzip.once('drain', resolve))
  }
  gzip.end(after)
  await ended
  return new Uint8Array(Buffer.concat(chunks))
}

describe.each([...OTLP_PATHS, ...AGENTS_PATHS])('%s', (path) => {
  const isAgents = path.endsWith('/ingest')
  const encodings: readonly Encoding[] = isAgents ? ['json'] : ['json', 'protobuf']

  test.each(encodings)('broken bodies as %s are a bad request', async (encoding) => {
    const broken = ['not json', '{"resourceSpans": [', '[[', '\u0000\u0001\u0002', '\ufffd'.repeat(100)]
    for (const body of broken) {
      expect(await post(path, encoding, body), body).toMatchObject({ status: 400, type: TYPE_OF[encoding] })
    }
  })

  test.each(encodings)('gzip cut short, and text that says gzip, as %s', async (encoding) => {
    const whole = gzipSync(requestOf(encoding, [{ name: 'x'.repeat(5_000) }]))
    const gzip = { 'content-encoding': 'gzip' }
    expect((await post(path, encoding, new Uint8Array(whole.subarray(0, -9)), gzip)).status).toBe(400)
    expect((await post(path, encoding, 'plain', gzip)).status).toBe(400)
  })

  test.each(encodings)('other types and encodings, as %s', async (encoding) => {
    for (const type of ['text/plain', 'application/grpc', 'multipart/form-data; boundary=x']) {
      expect((await post(path, encoding, 'x', { 'content-type': type })).status).toBe(415)
    }
    expect((await post(path, encoding, 'x', { 'content-encoding': 'br' })).status).toBe(415)
  })

  test.each(encodings)('17 MiB as sent, 65 MiB unpacked, as %s', async (encoding) => {
    expect((await post(path, encoding, new Uint8Array(17 * 1024 * 1024))).status).toBe(413)
    expect((await post(path, encoding, await bomb(65, ' '), { 'content-encoding': 'gzip' })).status).toBe(413)
  })

  test.each(encodings)('a wrong key, as %s', async (encoding) => {
    const text = `sbx_${'a'.repeat(12)}_${'b'.repeat(43)}`
    for (const headers of [
      { authorization: '' },
      { authorization: `Bearer ${text}` },
      { authorization: `Basic ${btoa(`x:${text}`)}` },
      { authorization: 'Basic %%%' },
      { authorization: '', 'x-api-key': text },
    ]) {
      expect((await post(path, encoding, requestOf(encoding, [{}]), headers)).status).toBe(401)
    }
  })
})

describe.each(OTLP_PATHS)('%s under fuzz', (path) => {
  test('mutilated protobuf and JSON never meet a 500', async () => {
    const random = new Random(7)
    const nested: PbAny = {
      value: { case: 'arrayValue', value: { values: [{ value: { case: 'intValue', value: -1n } }] } },
    }
    const valid = protobufRequest([
      protobufSpan({
        traceId: newTrace(),
        endNs: 1n,
        attributes: { 'gen_ai.usage.input_tokens': 5n, name: 'x'.repeat(90) },
      }),
      {
        traceId: Buffer.alloc(16, 1),
        spanId: Buffer.alloc(8, 1),
        startTimeUnixNano: START_NS,
        attributes: [{ key: 'k', value: nested }],
        events: [{ name: 'e' }],
      },
    ])
    const json = Buffer.from(requestOf('json', [{ attributes: { a: 'b', n: 12n } }, { spanId: idOf(3) }]))
    const mutilated = (whole: Uint8Array): Uint8Array<ArrayBuffer> => {
      const bytes = new Uint8Array(whole)
      const at = random.int(0, bytes.length - 1)
      const kind = random.int(0, 3)
      if (kind === 0) return bytes.slice(0, at)
      if (kind === 1) return new Uint8Array([...bytes.slice(0, at), ...bytes.slice(at + random.int(1, 9))])
      if (kind === 2) return new Uint8Array([...bytes.slice(0, at), random.int(0, 255), ...bytes.slice(at)])
      for (let n = random.int(1, 6); n > 0; n--) bytes[random.int(0, bytes.length - 1)] = random.int(0, 255)
      return bytes
    }
    const statuses = new Set<number>()
    const rounds = path === '/v1/traces' ? 250 : 25
    for (let round = 0; round < rounds; round++) {
      const answers = await Promise.all([
        ...Array.from({ length: 8 }, () => post(path, 'protobuf', mutilated(valid))),
        ...Array.from({ length: 2 }, () => post(path, 'json', mutilated(json))),
      ])
      for (const { status } of answers) statuses.add(status)
    }
    expect([...statuses].sort()).toEqual([200, 400])
  }, 90_000)
})

describe('hostile spans do not hurt the good ones beside them', () => {
  const odd = (n: number): Record<string, unknown>[] => [
    { ...jsonSpan({ spanId: idOf(n) }), name: 'a\u0000b\ud800' },
    { ...jsonSpan({ spanId: idOf(n + 1) }), status: { code: 99, message: '\u0000' } },
    {
      ...jsonSpan({ spanId: idOf(n + 2) }),
      attributes: [
        { key: '__proto__', value: { kvlistValue: { values: [{ key: 'polluted', value: { boolValue: true } }] } } },
        { key: 'constructor', value: { stringValue: 'x' } },
        { key: '', value: { doubleValue: 'NaN' } },
        { key: '\u0000', value: { intValue: '-9223372036854775808' } },
        { key: 'gen_ai.usage.input_tokens', value: { doubleValue: 1e300 } },
        { key: 'gen_ai.usage.output_tokens', value: { intValue: -5 } },
        { key: 'llm.token_count.prompt', value: { stringValue: '12e999' } },
        { key: 'session.id', value: { stringValue: 'x'.repeat(20_000) } },
        { key: 'user.id', value: { arrayValue: { values: [] } } },
        { key: 'bytes', value: { bytesValue: '%%%' } },
      ],
    },
    { ...jsonSpan({ spanId: idOf(n + 3) }), parentSpanId: idOf(n + 3), endTimeUnixNano: '1' },
    { ...jsonSpan({ spanId: idOf(n + 4) }), events: [{ name: '\u0000', timeUnixNano: '18446744073709551615' }] },
    {
      ...jsonSpan({ spanId: idOf(n + 5) }),
      attributes: Array.from({ length: 5_000 }, (_, k) => ({ key: `key.${k}`, value: { intValue: k } })),
    },
    { ...jsonSpan({ spanId: idOf(n + 6) }), unknownField: [[[{}]]], links: 5, flags: 'x', kind: 'SPAN_KIND_CLIENT' },
  ]
  const bad = (): Record<string, unknown>[] => [
    { ...jsonSpan(), traceId: '' },
    { ...jsonSpan(), traceId: '0'.repeat(32) },
    { ...jsonSpan(), spanId: 'zz' },
    { ...jsonSpan(), startTimeUnixNano: 0 },
    { ...jsonSpan(), startTimeUnixNano: 1.5 },
    { ...jsonSpan(), attributes: 'x' },
  ]

  test('odd but storable spans are stored; bad ones are counted; nothing is polluted', async () => {
    const traceId = newTrace()
    const spans = odd(1).map((span) => ({ ...span, traceId }))
    const answer = await post('/v1/traces', 'json', jsonRequest([...bad(), ...spans]))
    expect(answer).toMatchObject({ status: 200, rejected: bad().length })
    expect(await stored(traceId)).toBe(spans.length)
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('int64 as text and as number are the same span', async () => {
    const traceId = newTrace()
    const text = JSON.stringify(
      jsonSpan({ traceId, endNs: 1771283779037440999n, attributes: { n: 9007199254740993n } }),
    )
    const wrapped = (span: string) => `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`
    for (const span of [text, text.replace(/"(\d{16,19})"/g, '$1')]) {
      expect(await post('/v1/traces', 'json', wrapped(span))).toMatchObject({ status: 200, rejected: 0 })
    }
    expect(await stored(traceId)).toBe(1)
  })
})

describe('hostile senders do not starve the others', () => {
  test('bombs: 128 MiB of blanks, 60 MiB of empty objects, of empty messages, of brackets', async () => {
    const gzip = { 'content-encoding': 'gzip' }
    await post('/v1/traces', 'json', requestOf('json', [{}]))
    const before = await server.memory()
    const bombs: [Encoding, Uint8Array<ArrayBuffer>, number][] = [
      ['json', await bomb(128, ' '), 413],
      ['json', await bomb(60, '{},', '{"resourceSpans":[', '{}]}'), 413],
      ['json', await bomb(60, '['), 413],
      ['protobuf', await bomb(60, '\n\u0000'), 413],
      ['protobuf', await bomb(128, '\u0000'), 413],
    ]
    for (const [encoding, body, status] of bombs) {
      expect(body.length).toBeLessThan(1.1 * 1024 * 1024)
      const started = performance.now()
      expect((await post('/v1/traces', encoding, body, gzip)).status).toBe(status)
      expect(performance.now() - started).toBeLessThan(10_000)
    }
    expect((await server.memory()).rss - before.rss).toBeLessThan(MEMORY_GROWTH_MAX)
  }, 90_000)

  test('32 slow writers hold nobody up', async () => {
    const { port } = new URL(server.url)
    const sockets = Array.from({ length: 32 }, () => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        `POST /v1/traces HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${sender.key.text}\r\n` +
          `content-type: application/x-protobuf\r\ncontent-length: 15000000\r\n\r\n`,
      )
      return socket
    })
    try {
      for (let n = 0; n < 10; n++) {
        const started = performance.now()
        expect((await post('/v1/traces', 'protobuf', requestOf('protobuf', [{}]))).status).toBe(200)
        expect(performance.now() - started).toBeLessThan(5_000)
      }
    } finally {
      for (const socket of sockets) socket.destroy()
    }
  }, 60_000)

  test('after all of it the server is the same process, and every total equals the recount', async () => {
    expect(server.child.exitCode).toBeNull()
    await expectCleanRecount(pool)
  })
})
