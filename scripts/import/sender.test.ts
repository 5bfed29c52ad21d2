import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { retryAfterMs } from './post.mjs'
import { inBatches, readLines } from './read-lines.mjs'
import { importFile, sendEvents } from './sender.mjs'

const KEY = 'sbx_abcdefghijkl_secretsecretsecret'
const Event = z.object({ id: z.string(), isBad: z.boolean().optional() })
let server: Server | undefined

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

type Answer = { status: number; body?: unknown; headers?: Record<string, string> } | undefined

/** A server that remembers ids as the real one does; `before` may answer instead. */
async function listen(before: (count: number, ids: string[]) => Answer | Promise<Answer> = () => undefined) {
  const seen = new Map<string, number>()
  const requests: string[][] = []
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const lines = gunzipSync(await buffer(request))
      .toString('utf8')
      .trimEnd()
      .split('\n')
    const events = lines.map((line) => Event.parse(JSON.parse(line)))
    requests.push(events.map(({ id }) => id))
    expect(request.headers).toMatchObject({ authorization: `Bearer ${KEY}`, 'content-type': 'application/x-ndjson' })
    const answer = (await before(
      requests.length,
      events.map(({ id }) => id),
    )) ?? { status: 200, body: store(events) }
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
    response.end(JSON.stringify(answer.body ?? { error: { code: 'x', message: 'said so', requestId: 'r' } }))
  }
  const store = (events: z.infer<typeof Event>[]) => {
    const rejected = events.flatMap(({ id, isBad }, index) =>
      isBad ? [{ index, id, code: 'bad_request', message: 'no' }] : [],
    )
    const good = events.filter(({ isBad }) => !isBad)
    const fresh = good.filter(({ id }) => !seen.has(id))
    for (const { id } of good) seen.set(id, (seen.get(id) ?? 0) + 1)
    return { accepted: good.length, duplicates: good.length - fresh.length, rejected }
  }
  const listening = createServer((request, response) => void handle(request, response))
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const address = listening.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return { url: `http://127.0.0.1:${port}`, seen, requests }
}

const folder = () => mkdtempSync(join(tmpdir(), 'signalbox-import-'))
const events = (count: number) => Array.from({ length: count }, (_, index) => ({ id: `e${index}` }))
function fileOf(lines: readonly string[], name = 'events.ndjson') {
  const path = join(folder(), name)
  const text = lines.join('\n')
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return path
}

const containing = (text: string): unknown => expect.stringContaining(text)

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const item of source) all.push(item)
  return all
}

describe('reading', () => {
  test.each(['events.ndjson', 'events.ndjson.gz'])(
    '%s: lines keep their numbers; U+2028 does not split one',
    async (name) => {
      const path = fileOf(['{"id":"a\u2028b"}', '', '  ', '{"id":"c"}\r', '{"id":"d"}'], name)
      expect(await collect(readLines(path))).toEqual([
        { line: 1, text: '{"id":"a\u2028b"}' },
        { line: 4, text: '{"id":"c"}' },
        { line: 5, text: '{"id":"d"}' },
      ])
    },
  )

  test('batches are bounded in events and in bytes; a larger event goes alone', async () => {
    const lines = ['x', 'x', 'x', 'y'.repeat(50), 'x'].map((text, index) => ({ line: index + 1, text }))
    const sizes = async (batch: number, bytes: number) =>
      (await collect(inBatches(lines, batch, bytes))).map((items) => items.length)
    expect(await sizes(2, 1000)).toEqual([2, 2, 1])
    expect(await sizes(100, 10)).toEqual([3, 1, 1])
  })

  test('the waiting time is read in seconds or as a date', () => {
    expect(retryAfterMs('3')).toBe(3000)
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:05 GMT', Date.parse('2026-01-01T00:00:00Z'))).toBe(5000)
    expect([retryAfterMs(null), retryAfterMs('soon')]).toEqual([null, null])
  })
})

describe('sending', () => {
  test('429 and 503 wait as long as Retry-After says, then the same events go again', async () => {
    const { url, seen } = await listen((count) =>
      count <= 2 ? { status: count === 1 ? 429 : 503, headers: { 'retry-after': '1' } } : undefined,
    )
    const waits: number[] = []
    const startedMs = performance.now()
    const result = await sendEvents(events(3), { url, key: KEY, onWait: ({ waitMs }) => waits.push(waitMs) })
    expect(result).toMatchObject({ accepted: 3, duplicates: 0, rejected: [] })
    expect(waits).toEqual([1000, 1000])
    expect(performance.now() - startedMs).toBeGreaterThan(1_900)
    expect([...seen.values()]).toEqual([1, 1, 1])
  })

  test('retries are bounded, and what to do is said', async () => {
    const { url, requests } = await listen(() => ({ status: 503, headers: { 'retry-after': '0' } }))
    await expect(sendEvents(events(1), { url, key: KEY, retries: 2 })).rejects.toMatchObject({
      message: containing('3 tries'),
      fix: containing('run the command again'),
    })
    expect(requests.length).toBe(3)
  })

  test.each([
    [400, 'check --url and the file'],
    [401, 'valid key'],
    [403, 'scope ingest'],
    [404, 'check --url'],
  ])('%s is not tried again, and the key is in no message', async (status, fix) => {
    const { url, requests } = await listen(() => ({ status }))
    const failure = await sendEvents(events(1), { url, key: KEY }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ fix: containing(fix) })
    expect(String(failure)).not.toContain('secretsecret')
    expect(requests.length).toBe(1)
  })

  test('a batch that is too large is halved; an event too large alone is named', async () => {
    const { url, seen } = await listen((_count, ids) =>
      ids.length > 2 || ids.includes('e3') ? { status: 413 } : undefined,
    )
    const result = await sendEvents(events(7), { url, key: KEY, batch: 7 })
    expect([result.accepted, result.rejected.map(({ line, code }) => [line, code])]).toEqual([
      6,
      [[4, 'limit_exceeded']],
    ])
    expect([...seen.keys()].sort()).toEqual(['e0', 'e1', 'e2', 'e4', 'e5', 'e6'])
  })
})

describe('importing a file', () => {
  test('rejected items and unreadable lines are named by line', async () => {
    const { url } = await listen()
    const path = fileOf(['{"id":"a"}', '', '{"id":"b","isBad":true}', 'no json', '[1]', '{"id":"c"}'])
    const result = await importFile(path, { url, key: KEY, batch: 2 })
    expect(result).toMatchObject({ accepted: 2, rejected: 3, resumedAt: 0 })
    const rejected = readFileSync(result.rejectedFile, 'utf8').trimEnd().split('\n')
    const named = rejected.map((line) => z.object({ line: z.number(), event: z.string() }).parse(JSON.parse(line)))
    expect(named).toEqual([
      { line: 3, event: '{"id":"b","isBad":true}' },
      { line: 4, event: 'no json' },
      { line: 5, event: '[1]' },
    ])
    expect(existsSync(`${path}.checkpoint.json`)).toBe(false)
  })

  test('after a failure it goes on where it stopped; another key starts anew', async () => {
    let isDown = false
    const { url, requests } = await listen((count) => {
      isDown ||= count === 4
      return isDown ? { status: 503, headers: { 'retry-after': '0' } } : undefined
    })
    const path = fileOf([...events(10).map((event) => JSON.stringify(event))])
    const options = { url, key: KEY, batch: 2, concurrency: 1, retries: 0 }
    await expect(importFile(path, options)).rejects.toThrow('1 tries')
    isDown = false
    requests.length = 100
    const resumed = await importFile(path, options)
    expect(resumed).toMatchObject({ resumedAt: 6, line: 10, accepted: 10, duplicates: 0 })
    expect(requests.slice(100)).toEqual([
      ['e6', 'e7'],
      ['e8', 'e9'],
    ])
    expect(await importFile(path, options)).toMatchObject({ resumedAt: 0, accepted: 10, duplicates: 10 })
  })

  test('killed by the system in the middle: the next run finishes and nothing is missing or named twice', async () => {
    const { url, seen, requests } = await listen(async () => {
      await new Promise((resolve) => setTimeout(resolve, 15))
      return undefined
    })
    const path = fileOf(events(400).map((event, index) => JSON.stringify({ ...event, isBad: index % 50 === 0 })))
    const run = () => {
      const flags = ['--url', url, '--key', KEY, '--batch', '5', '--concurrency', '4']
      return spawn(process.execPath, ['scripts/import.mjs', 'events', path, ...flags])
    }
    const first = run()
    while (requests.length < 20) await new Promise((resolve) => setTimeout(resolve, 5))
    first.kill('SIGKILL')
    await new Promise((resolve) => first.on('close', resolve))
    expect(seen.size).toBeLessThan(392)

    const second = run()
    let output = ''
    second.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    second.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const code = await new Promise((resolve) => second.on('close', resolve))
    expect(seen.size).toBe(392)
    expect(output).toMatch(/392 accepted, \d+ changed nothing, 8 rejected, .* resumed after line \d+/)
    expect(output).toMatch(/error: 8 lines were rejected\nfix: /)
    expect(output).not.toContain('secretsecret')
    expect(code).toBe(1)
    const named = readFileSync(`${path}.rejected.ndjson`, 'utf8').trimEnd().split('\n')
    const lines = named.map((line) => z.object({ line: z.number() }).parse(JSON.parse(line)).line)
    expect(lines).toEqual([1, 51, 101, 151, 201, 251, 301, 351])
    // At most what was under way is sent again.
    expect([...seen.values()].filter((times) => times > 1).length).toBeLessThanOrEqual(25)
  })

  test.each([
    { flags: [], message: 'say what to import' },
    { flags: ['events'], message: 'no file named' },
    { flags: ['events', 'x', '--key', 'k', '--batch', '0'], message: '--batch' },
    { flags: ['events', '/no/such/file', '--key', 'k'], message: 'ENOENT' },
    { flags: ['events', 'x', '--nonsense'], message: 'nonsense' },
  ])('$flags ends in error: and fix:', async ({ flags, message }) => {
    const child = spawn(process.execPath, ['scripts/import.mjs', ...flags], {
      env: { ...process.env, SIGNALBOX_KEY: '' },
    })
    let output = ''
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(1)
    expect(output).toMatch(/^error: .+\nfix: .+\n$/)
    expect(output).toContain(message)
  })
})
