import { existsSync, readFileSync } from 'node:fs'
import type { Profiler } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { POST } from '@/app/api/public/otel/v1/traces/route'
import { TEAM } from '@/lib/ingest/testing/memory-traces'
import { usualBatch } from '@/lib/ingest/testing/usual-batch'
import { fromDate } from '@/lib/core/micros'
import { decodeTraces } from '@/lib/ingest/otlp/decode'
import { spanMapper } from '@/lib/ingest/otlp/span-items'
import { jsonBody, protobufBody, type OtlpBody, type TraceRequest } from '@/lib/ingest/testing/otlp-bodies'
import { makeSender, testPool } from '@/lib/ingest/testing/sender'
import { startSlim } from '@/scripts/testing/slim-process'

const pool = testPool(2)
afterAll(() => pool.end())

const post = (headers: Record<string, string>, { contentType, body }: OtlpBody): Promise<Response> =>
  POST(
    new Request('http://127.0.0.1/v1/traces', {
      method: 'POST',
      headers: { ...headers, 'content-type': contentType },
      body: body as BodyInit, // bytes
    }),
    { params: Promise.resolve({}) },
  )

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** The PostgreSQL processes that serve this one; the pools of a test file have a database of their own. */
const backendsOfThisProcess = async (): Promise<number[]> => {
  const { rows } = await pool.query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  )
  return rows.map(({ pid }) => pid)
}

/** CPU time of processes on this machine so far; 0 where the system does not tell. A tick is 10 ms on Linux. */
const cpuMs = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    if (!existsSync(`/proc/${pid}/stat`)) return sum
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return sum + (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10
  }, 0)

type Frame = Profiler.ProfileNode

/** Share of the process's own busy time spent below frames of these files. */
const shareOf = (nodes: readonly Frame[], isPart: (frame: Frame) => boolean): number => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  let [part, all] = [0, 0]
  const open: [Frame, boolean][] = nodes
    .filter(({ callFrame }) => callFrame.functionName === '(root)')
    .map((node) => [node, false])
  for (let step = open.pop(); step; step = open.pop()) {
    const [node, above] = step
    const inside = above || isPart(node)
    const isIdle = node.callFrame.functionName === '(idle)' || node.callFrame.functionName === '(program)'
    if (!isIdle) all += node.hitCount ?? 0
    if (inside) part += node.hitCount ?? 0
    for (const id of node.children ?? []) {
      const child = byId.get(id)
      if (child) open.push([child, inside])
    }
  }
  return part / all
}

test.each([
  ['protobuf', protobufBody],
  ['json', jsonBody],
] as const)(
  `decoding and mapping %s takes at most a quarter of the CPU time of a batch's whole ingest`,
  async (name, bodyOf) => {
    const { key } = await makeSender()
    const bodies = Array.from({ length: 60 }, (_, n) => bodyOf(usualBatch(n + 1)))
    const [warm, measured] = [bodies.slice(0, 20), bodies.slice(20)]
    // A server that has run for a minute has compiled its code: measured cold, the compiler would be what is measured.
    const map = spanMapper({ agentName: null, environment: 'production', team: TEAM, nowUs: fromDate(new Date()) })
    for (const { body } of [...bodies, ...bodies]) decodeTraces(name, body, fromDate(new Date())).spans.forEach(map)
    for (const body of warm) expect((await post(key.headers, body)).status).toBe(200)
    const session = new Session()
    session.connect()
    await session.post('Profiler.enable')
    await session.post('Profiler.setSamplingInterval', { interval: 500 })
    const backends = await backendsOfThisProcess()
    const before = { app: process.cpuUsage(), database: cpuMs(backends) }
    await session.post('Profiler.start')
    for (const body of measured) await post(key.headers, body)
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    const { user, system } = process.cpuUsage(before.app)
    const [appMs, databaseMs] = [(user + system) / 1000, cpuMs(backends) - before.database]
    const isDecoding = ({ callFrame: { url } }: Frame): boolean =>
      /lib\/ingest\/(otlp|dialects)\/|@bufbuild\/protobuf/.test(url) && !url.includes('.test.')
    const inApp = shareOf(profile.nodes, isDecoding)
    const share = (inApp * appMs) / (appMs + databaseMs)
    console.info(
      `decode and map, ${name}: ${percent(share)} of the CPU time of ingest, ${percent(inApp)} of the app's part of it` +
        ` (app ${Math.round(appMs / measured.length)} ms, PostgreSQL ${Math.round(databaseMs / measured.length)} ms a batch of 100)`,
    )
    expect(inApp).toBeGreaterThan(0.005) // the frames were found
    expect(share).toBeLessThanOrEqual(existsSync('/proc/self/stat') ? 0.25 : 0.5)
  },
  120_000,
)

test(
  'a trace of 20,000 spans is taken by a process with a fixed heap of 256 MiB (known-bugs I7)',
  { timeout: 300_000 },
  async () => {
    const slim = await startSlim({ nodeOptions: ['--max-old-space-size=256'] })
    try {
      const { key, team } = await makeSender()
      const whole = usualBatch(9_000, { traces: 1, spans: 20_000 })
      const spans = whole.resourceSpans[0]?.scopeSpans[0]?.spans ?? []
      for (const half of [spans.slice(10_000), spans.slice(0, 10_000)]) {
        const [group] = whole.resourceSpans
        const request: TraceRequest = {
          resourceSpans: [{ ...group, scopeSpans: [{ ...group?.scopeSpans[0], spans: half }] }],
        }
        const { contentType, body } = protobufBody(request)
        const response = await fetch(`${slim.url}/v1/traces`, {
          method: 'POST',
          headers: { ...key.headers, 'content-type': contentType, 'content-encoding': 'gzip' },
          body: gzipSync(body),
        })
        expect(response.status).toBe(200)
        expect((await response.arrayBuffer()).byteLength).toBe(0)
      }
      expect(slim.child.exitCode).toBeNull()
      const { rows } = await pool.query<{ spans: string; calls: string }>(
        `SELECT (SELECT count(*) FROM span WHERE team_id = $1) AS spans, (SELECT sum(llm_calls) FROM interaction_total
       WHERE team_id = $1 AND dim_set = 0) AS calls`,
        [team.id],
      )
      expect(rows).toEqual([{ spans: '20000', calls: '19999' }])
    } finally {
      await slim.kill()
    }
  },
)
