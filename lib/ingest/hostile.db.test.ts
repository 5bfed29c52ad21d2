import { connect, type Socket } from 'node:net'
import { createGzip, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Random } from '@/lib/ingest/testing/random'
import { makeSender, testPool, type Sender } from '@/lib/ingest/testing/sender'
import { expectCleanRecount } from '@/lib/ingest/testing/honest'
import { startSlim, type SlimProcess } from '@/scripts/testing/slim-process'

const MEMORY_GROWTH_MAX = 100 * 1024 * 1024

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

type Answer = {
  accepted: number
  rejected: { code: string; message: string }[]
  error?: { code: string; message: string }
}
const post = async (
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<{ status: number; answer: Answer }> => {
  const response = await fetch(`${server.url}/api/v1/events`, {
    method: 'POST',
    headers: { ...sender.key.headers, 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.status, answer: (await response.json()) as Answer } // success or error envelope
}

let spans = 0
const span = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'span',
  id: `s${spans++}`,
  traceId: 't1',
  kind: 'llm',
  name: 'chat',
  startedAt: '2026-03-01T10:00:00Z',
  ...over,
})
/** A span whose JSON holds `text` in place of the value of `field`. */
const raw = (field: string, text: string): string =>
  JSON.stringify({ events: [span({ [field]: '@@' })] }).replace('"@@"', text)

const deep = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth)

/** A gzip of so many megabytes of blanks, never held whole. */
const bomb = async (megabytes: number): Promise<Uint8Array<ArrayBuffer>> => {
  const gzip = createGzip({ level: 9 })
  const chunks: Uint8Array[] = []
  gzip.on('data', (chunk: Uint8Array) => chunks.push(chunk))
  const ended = new Promise((resolve) => gzip.once('end', resolve))
  const blanks = Buffer.alloc(1024 * 1024, ' ')
  for (let n = 0; n < megabytes; n++) {
    if (!gzip.write(blanks)) await new Promise((resolve) => gzip.once('drain', resolve))
  }
  gzip.end()
  await ended
  return new Uint8Array(Buffer.concat(chunks))
}

describe('hostile bodies get a clear answer', () => {
  test.each([
    ['no JSON', 'not json', 400],
    ['half a JSON', '{"events": [', 400],
    ['a list', '[]', 400],
    ['null', 'null', 400],
    ['a text', '"events"', 400],
    ['events that are no list', '{"events": {"length": 1}}', 400],
    ['100,000 brackets', deep(100_000), 400],
    ['10,001 events', JSON.stringify({ events: new Array(10_001).fill({}) }), 413],
  ])('%s', async (_name, body, status) => {
    const { status: actual, answer } = await post(body)
    expect(actual).toBe(status)
    expect(answer.error?.message).toMatch(/^\S.{10,}/)
  })

  test.each([
    ['another type', 'text/plain', {}, 415],
    ['a form', 'multipart/form-data; boundary=x', {}, 415],
    ['another encoding', 'application/json', { 'content-encoding': 'br' }, 415],
    ['plain text that says gzip', 'application/json', { 'content-encoding': 'gzip' }, 400],
  ])('%s', async (_name, type, headers, status) => {
    expect((await post('{"events": []}', { 'content-type': type, ...headers })).status).toBe(status)
  })

  test('an empty body is a success', async () => {
    expect(await post('')).toMatchObject({ status: 200, answer: { accepted: 0, rejected: [] } })
  })

  test('a gzip that ends early', async () => {
    const whole = gzipSync(JSON.stringify({ events: Array.from({ length: 500 }, () => span()) }))
    expect(
      (await post(new Uint8Array(whole.subarray(0, whole.length / 2)), { 'content-encoding': 'gzip' })).status,
    ).toBe(400)
  })

  test('17 MiB as sent', async () => {
    expect((await post(`{"events": [], "x": "${'x'.repeat(17 * 1024 * 1024)}"}`)).status).toBe(413)
  })

  test.each([
    ['depth in the payload', raw('input', deep(100_000))],
    ['depth in an attribute', raw('attributes', `{"a": ${deep(100_000, '{"a":', '}').replace('{"a":}', '{"a":1}')}}`)],
    ['depth in place of the item', `{"events": [${deep(100_000)}]}`],
    ['a number past every double', raw('usage', '{"inputTokens": 1e400, "outputTokens": 1}')],
    ['a negative count', raw('usage', '{"inputTokens": -1, "outputTokens": 1}')],
    ['half a token', raw('usage', '{"inputTokens": 1.5, "outputTokens": 1}')],
    ['more tokens than exist', raw('usage', '{"inputTokens": 9007199254740993, "outputTokens": 1}')],
    ['a cost of a million', raw('costUsd', '"1000000"')],
    ['a cost as a number', raw('costUsd', '0.1')],
    ['a cost below nothing', raw('costUsd', '"-0.1"')],
    ['the 31st of February', raw('startedAt', '"2026-02-31T00:00:00Z"')],
    ['the year 275760', raw('startedAt', '"+275760-09-13T00:00:00Z"')],
    ['the year 1969', raw('startedAt', '"1969-12-31T23:59:59Z"')],
    ['next year', raw('startedAt', JSON.stringify(new Date(Date.now() + 366 * 86_400_000).toISOString()))],
    ['a time that is a number', raw('startedAt', '1771283778037440999')],
    ['a time of 10,000 characters', raw('startedAt', JSON.stringify('2'.repeat(10_000)))],
    ['an id of 8 kB', raw('id', JSON.stringify('x'.repeat(8_192)))],
    ['an empty id', raw('id', '""')],
    ['an id that is an object', raw('id', '{"toString": "x"}')],
    ['a kind that is a method', raw('kind', '"constructor"')],
    ['a type that is a method', raw('type', '"__proto__"')],
    [
      '257 attributes',
      raw('attributes', JSON.stringify(Object.fromEntries(Array.from({ length: 257 }, (_, n) => [`k${n}`, 1])))),
    ],
    ['an attempt past every int', raw('attempt', '99999999999')],
  ])('%s rejects the item and no other', async (_name, body) => {
    const two = body.replace(/\]\}$/, `, ${JSON.stringify(span())}]}`)
    const { status, answer } = await post(two)
    expect(status).toBe(200)
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 0 }] })
    expect(answer.rejected[0]?.message.length).toBeLessThan(500)
  })

  test.each([
    ['U+0000 in every text', raw('name', '"a\\u0000b"')],
    ['a lone surrogate', raw('input', '"\\ud800 and \\udfff"')],
    ['U+0000 in an attribute and its key', raw('attributes', '{"k\\u0000": {"deep\\ud83d": ["\\u0000"]}}')],
    [
      'an own __proto__ as attribute',
      raw('attributes', '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"x": 1}}}'),
    ],
    ['an own __proto__ in the payload', raw('input', '{"__proto__": {"polluted": true}, "hasOwnProperty": 1}')],
    ['an own __proto__ beside the fields', raw('__proto__', '{"polluted": true}')],
    [
      'numbers at the edge in attributes',
      raw('attributes', '{"a": 1e308, "b": -1e-320, "c": 123456789012345678901234567890}'),
    ],
  ])('%s is stored', async (_name, body) => {
    const { status, answer } = await post(body)
    expect({ status, answer }).toMatchObject({ status: 200, answer: { accepted: 1, rejected: [] } })
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('2,000 mutilated bodies never meet a 500', async () => {
    const random = new Random(42)
    const valid = JSON.stringify({
      events: [
        span({ usage: { inputTokens: 5, outputTokens: 3 }, tool: { name: 'x' }, attributes: { a: [1, { b: null }] } }),
        { type: 'interaction', id: 'i1', agent: 'desk', startedAt: '2026-03-01T10:00:00Z' },
        { type: 'outcome', interactionId: 'i1', result: 'resolved', at: '2026-03-01T10:00:00Z' },
        { type: 'score', interactionId: 'i1', name: 'tone', source: 'human', value: 0.5 },
      ],
    })
    const pieces = [
      'null',
      '1e400',
      '-1',
      '"\\u0000"',
      '[]',
      '{}',
      '"',
      '\\',
      '\u0001',
      '{"__proto__":1}',
      '9'.repeat(400),
      '',
    ] as const
    const statuses = new Set<number>()
    for (let round = 0; round < 250; round++) {
      const bodies = Array.from({ length: 8 }, () => {
        const at = random.int(0, valid.length)
        return valid.slice(0, at) + random.pick(pieces) + valid.slice(at + random.int(0, 12))
      })
      for (const { status } of await Promise.all(bodies.map((body) => post(body)))) statuses.add(status)
    }
    expect([...statuses].sort()).toEqual([200, 400])
  }, 60_000)
})

describe('hostile senders do not starve the others', () => {
  test('bombs of 1 GB are cut while they unpack, and memory comes back', async () => {
    await post(JSON.stringify({ events: [span()] }))
    const before = await server.memory()
    const body = await bomb(1024)
    expect(body.length).toBeLessThan(1.1 * 1024 * 1024)
    for (let round = 0; round < 4; round++) {
      const started = performance.now()
      const { status } = await post(body, { 'content-encoding': 'gzip' })
      expect(status).toBe(413)
      expect(performance.now() - started).toBeLessThan(10_000)
    }
    expect((await server.memory()).rss - before.rss).toBeLessThan(MEMORY_GROWTH_MAX)
  }, 90_000)

  test('64 slow writers hold nobody up', async () => {
    const before = await server.memory()
    const { port } = new URL(server.url)
    const sockets: Socket[] = []
    for (let n = 0; n < 64; n++) {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        `POST /api/v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${sender.key.text}\r\n` +
          `content-type: application/json\r\ncontent-length: 15000000\r\n\r\n{"events": [`,
      )
      sockets.push(socket)
    }
    const drip = setInterval(() => sockets.forEach((socket) => socket.write(' '.repeat(1_000))), 50)
    try {
      for (let n = 0; n < 20; n++) {
        const started = performance.now()
        expect((await post(JSON.stringify({ events: [span()] }))).status).toBe(200)
        expect(performance.now() - started).toBeLessThan(5_000)
      }
      expect((await server.memory()).rss - before.rss).toBeLessThan(MEMORY_GROWTH_MAX)
    } finally {
      clearInterval(drip)
      for (const socket of sockets) socket.destroy()
    }
  }, 60_000)

  test('after all of it the server is the same process, and every total equals the recount', async () => {
    expect(server.child.exitCode).toBeNull()
    await expectCleanRecount(pool)
  })
})
