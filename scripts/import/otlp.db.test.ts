import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { idOf, jsonSpan, protobufRequest, protobufSpan, requestOf } from '@/lib/ingest/testing/otlp-requests'
import { makeSender, testPool, type Sender } from '@/lib/ingest/testing/sender'
import { startSlim, type SlimProcess } from '@/scripts/testing/slim-process'
import { halvesOf } from './otlp.mjs'
import { importOtlpFile } from './sender.mjs'

const pool = testPool(2)
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

const folder = mkdtempSync(join(tmpdir(), 'signalbox-otlp-'))
const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
let traces = 0
const newTrace = (): string => `dd${(++traces).toString(16).padStart(30, '0')}`
const stored = async (traceId: string): Promise<number> => {
  const { rows } = await pool.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM span WHERE team_id = $1 AND trace_id = $2',
    [sender.team.id, traceId],
  )
  return rows[0]?.n ?? 0
}
const options = (): { url: string; key: string } => ({ url: server.url, key: sender.key.text })
const one = (traceId: string, from: number, to: number): string =>
  new TextDecoder().decode(
    requestOf(
      'json',
      Array.from({ length: to - from }, (_, n) => ({ traceId, spanId: idOf(from + n) })),
    ),
  )
const indented = (text: string): string => JSON.stringify(JSON.parse(text), null, 2)

test('one request a line, as the collector writes them; sending the file again changes nothing', async () => {
  const traceId = newTrace()
  const path = file('lines.jsonl', [one(traceId, 1, 4), '', one(traceId, 4, 6)].join('\n'))
  for (let run = 0; run < 2; run++) {
    expect(await importOtlpFile(path, options())).toMatchObject({ accepted: 2, rejected: 0, line: 3 })
    expect(await stored(traceId)).toBe(5)
  }
  expect(existsSync(`${path}.checkpoint.json`)).toBe(false)
})

test.each([
  ['indented JSON', 'indented.json', (text: string) => indented(text)],
  ['gzipped JSON', 'packed.json.gz', (text: string) => gzipSync(text)],
])('%s is one request', async (_, name, write) => {
  const traceId = newTrace()
  const result = await importOtlpFile(file(name, write(one(traceId, 1, 4))), options())
  expect(result).toMatchObject({ accepted: 1, rejected: 0 })
  expect(await stored(traceId)).toBe(3)
})

test.each([
  ['plain', 'spans.pb', (bytes: Uint8Array) => bytes],
  ['gzipped', 'spans.pb.gz', (bytes: Uint8Array) => gzipSync(bytes)],
])('protobuf, %s: what the server rejects is counted and named', async (_, name, write) => {
  const traceId = newTrace()
  const spans = [0, 1, 2].map((n) => protobufSpan({ traceId, spanId: idOf(n) }))
  const result = await importOtlpFile(file(name, write(protobufRequest(spans))), options())
  expect(result).toMatchObject({ accepted: 1, rejected: 1 })
  expect(await stored(traceId)).toBe(2)
  expect(readFileSync(result.rejectedFile, 'utf8')).toContain(`${traceId}/${idOf(0)}: spanId: must not be all zero`)
})

test('lines that are no OTLP are named and stop nothing', async () => {
  const traceId = newTrace()
  const lines = ['{"events":[]}', one(traceId, 1, 3), '{"resourceSpans":[5]}', 'no json', '{"resourceMetrics":[]}']
  const result = await importOtlpFile(file('mixed.jsonl', lines.join('\n')), options())
  expect(result).toMatchObject({ accepted: 2, rejected: 3 })
  const named = readFileSync(result.rejectedFile, 'utf8').trimEnd().split('\n')
  expect(named.map((line) => (JSON.parse(line) as { line: number }).line)).toEqual([1, 3, 4])
  expect(await stored(traceId)).toBe(2)
})

test('a request of too many spans is sent in halves', async () => {
  const traceId = newTrace()
  expect(await importOtlpFile(file('large.json', one(traceId, 1, 10_003)), options())).toMatchObject({
    accepted: 2,
    rejected: 0,
  })
  expect(await stored(traceId)).toBe(10_002)
}, 60_000)

test('halves keep resource and scope, and times in bare digits are never cut in a way that rounds them', () => {
  const scope = { scope: { name: 's' }, spans: [jsonSpan(), jsonSpan({ spanId: idOf(2) })] }
  const halves = halvesOf(JSON.stringify({ resourceSpans: [{ resource: {}, scopeSpans: [scope] }] }))
  const each = scope.spans.map((span) => ({
    resourceSpans: [{ resource: {}, scopeSpans: [{ scope: { name: 's' }, spans: [span] }] }],
  }))
  expect(halves?.map((half): unknown => JSON.parse(half))).toEqual(each)
  expect(halvesOf(JSON.stringify(each[0]))).toBeNull()
  expect(halvesOf('{"resourceSpans":[{"t":1771283778037440999},{}]}')).toBeNull()
})

test('the command takes folders file by file, and says what was taken', async () => {
  const traceId = newTrace()
  const inner = join(folder, 'exported')
  mkdirSync(inner)
  writeFileSync(join(inner, '1.json'), one(traceId, 1, 3))
  writeFileSync(join(inner, '2.pb'), protobufRequest([protobufSpan({ traceId, spanId: idOf(3) })]))
  writeFileSync(join(inner, 'logs.pb'), '')
  writeFileSync(join(inner, 'readme.txt'), 'not for us')
  writeFileSync(join(inner, '1.json.rejected.ndjson'), 'ours')
  const child = spawn(process.execPath, ['scripts/import.mjs', 'otlp', inner, '--url', server.url], {
    env: { ...process.env, SIGNALBOX_KEY: sender.key.text },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  expect([await new Promise((resolve) => child.on('close', resolve)), output]).toEqual([0, expect.any(String)])
  expect(output.match(/1 requests taken, 0 records rejected/g)).toHaveLength(3)
  expect(output).not.toContain('readme')
  expect(await stored(traceId)).toBe(3)
})
