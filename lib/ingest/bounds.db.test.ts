import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commitItems } from '@/lib/ingest/commit'
import { forgetPartitions } from '@/lib/ingest/partitions'
import { byCallers, expectCleanRecount } from '@/lib/ingest/testing/honest'
import { itemsOf } from '@/lib/ingest/testing/memory-traces'
import { testPool } from '@/lib/ingest/testing/sender'
import { SIZE } from '@/lib/ingest/testing/size'
import type { WireSpan } from '@/lib/ingest/testing/wire-events'
import { makeTeam } from '@/scripts/testing/house'

const DAYS = 4_000

const pool = testPool()
const owner = testPool(2, process.env['DATABASE_OWNER_URL'])
beforeAll(() => forgetPartitions())
afterAll(async () => {
  await pool.end()
  await owner.end()
})

const span = (id: string, over: Partial<WireSpan> = {}): WireSpan => ({
  type: 'span',
  id,
  traceId: id,
  kind: 'llm',
  name: 'chat',
  provider: 'openai',
  model: 'gpt-4o',
  startedAt: '2026-03-01T10:00:00Z',
  endedAt: '2026-03-01T10:00:01Z',
  usage: { inputTokens: 10, outputTokens: 1 },
  ...over,
})

const commit = async (teamId: string, spans: readonly WireSpan[], on: pg.Pool = pool): Promise<void> => {
  for (const result of await commitItems(on, teamId, itemsOf(spans, Date.now() * 1000), new Date())) {
    expect(result).toBe('stored')
  }
}

test(
  `spans of ${DAYS} distinct days make at most 150 partitions of a table, and are all there`,
  { timeout: 600_000 },
  async () => {
    const team = await makeTeam()
    const today = Math.floor(Date.now() / 86_400_000)
    const spans = Array.from({ length: DAYS }, (_, n) => {
      const startedAt = new Date((today - n) * 86_400_000).toISOString()
      return span(`d${n}`, { startedAt, endedAt: startedAt })
    })
    const requests: WireSpan[][] = []
    for (let i = 0; i < spans.length; i += SIZE.daysARequest) requests.push(spans.slice(i, i + SIZE.daysARequest))
    await byCallers(8, requests, (request) => commit(team.id, request))
    const { rows } = await pool.query<{ relation: string; n: number }>(
      'SELECT relation, count(*)::int AS n FROM span_partition GROUP BY 1 ORDER BY 1',
    )
    expect(rows.map(({ relation }) => relation)).toEqual(['span', 'span_payload'])
    for (const { n } of rows) expect(n).toBeLessThanOrEqual(150)
    const stored = await pool.query<{ n: number }>('SELECT count(*)::int AS n FROM span WHERE team_id = $1', [team.id])
    expect(stored.rows[0]?.n).toBe(DAYS)
  },
)

test('with old partitions around, every ingest statement of a normal batch opens at most 4 of them', async () => {
  const team = await makeTeam()
  const statements: { text: string; values: unknown[] }[] = []
  const watched = testPool(1)
  watched.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => unknown
    Object.assign(client, {
      query: (...args: unknown[]) => {
        const [text, values] = args
        if (typeof text === 'string') statements.push({ text, values: Array.isArray(values) ? values : [] })
        return query(...args)
      },
    })
  })
  const day = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
  const at = { startedAt: `${day}T10:00:00Z`, endedAt: `${day}T10:00:01Z`, traceId: 'trace', interactionId: 'i1' }
  const { usage: _usage, ...bare } = span('root', at)
  await commit(
    team.id,
    [span('leaf', { ...at, parentId: 'mid' }), span('low', { ...at, parentId: 'leaf', kind: 'tool' })],
    watched,
  )
  await commit(team.id, [span('mid', { ...at, parentId: 'root', kind: 'workflow', input: 'hello' })], watched)
  await commit(team.id, [bare, span('other', { ...at, interactionId: 'i2', parentId: 'leaf' })], watched)
  await watched.end()

  const onSpans = statements.filter(
    ({ text }) => /\bspan(_payload)?\b/.test(text) && /^\s*(SELECT|INSERT|UPDATE|WITH)/i.test(text),
  )
  expect(onSpans.length).toBeGreaterThan(8)
  for (const { text, values } of onSpans) {
    const { rows } = await pool.query<Record<string, unknown>>(`EXPLAIN (FORMAT JSON) ${text}`, values)
    const opened = new Set(JSON.stringify(rows).match(/span(_payload)?_\d{8}_\d{8}/g) ?? [])
    expect({ text, opened: opened.size <= 4 ? 'few' : [...opened] }).toEqual({ text, opened: 'few' })
  }
})

test(
  `I7: a trace of ${SIZE.traceSpans} spans, one in a request, takes at most twice the time of as many single traces`,
  { timeout: 3_600_000 },
  async () => {
    const team = await makeTeam()
    const one = testPool(1)
    const spent = { trace: 0, single: 0 }
    const timed = async (kind: keyof typeof spent, event: WireSpan): Promise<void> => {
      const started = performance.now()
      await commit(team.id, [event], one)
      spent[kind] += performance.now() - started
    }
    await timed('single', span('warm'))
    Object.assign(spent, { trace: 0, single: 0 })
    globalThis.gc?.()
    const heap = process.memoryUsage().heapUsed
    // A wide tree and long lines, children first in every other line; failures, so that tops keep changing.
    for (let n = 0; n < SIZE.traceSpans; n++) {
      const line = Math.floor(n / 20) * 20
      const place = line % 40 === 0 ? n - line : 19 - (n - line)
      const parentId = place === 0 ? 'g-root' : `g-${line + place - 1}`
      const kind = place % 3 === 0 ? 'llm' : 'tool'
      await timed(
        'trace',
        span(`g-${line + place}`, { traceId: 'grown', parentId, kind, status: 'error', interactionId: 'grown' }),
      )
      await timed('single', span(`s-${n}`, { kind, status: 'error', interactionId: `single-${n}` }))
    }
    await timed('trace', span('g-root', { traceId: 'grown', kind: 'agent', interactionId: 'grown' }))
    await one.end()
    globalThis.gc?.()
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(150 * 1024 * 1024)
    if (!SIZE.isSuite) console.log(spent)
    expect(spent.trace / spent.single).toBeLessThan(2)
    await expectCleanRecount(pool)
  },
)

test('retention counts from arrival, and a day that lost its spans or its payloads takes new ones', async () => {
  const team = await makeTeam()
  const old = (id: string): WireSpan =>
    span(id, { startedAt: '2017-06-01T00:00:00Z', endedAt: '2017-06-01T00:00:00Z', input: 'hello' })
  const drop = async (base: string): Promise<boolean> => {
    const cutoff = new Date(Date.now() - 3_600_000)
    const dropped: string[] = []
    for (;;) {
      const { rows } = await owner.query<{ name: string | null }>(
        'SELECT drop_expired_span_partition($1, $2) AS name',
        [base, cutoff],
      )
      const name = rows[0]?.name
      if (name == null) return dropped.includes(`${base}_20170101_20180101`)
      dropped.push(name)
    }
  }
  await commit(team.id, [old('first')])
  for (const base of ['span_payload', 'span']) {
    expect(await drop(base)).toBe(false)
    await owner.query(
      `UPDATE ${base} SET received_at = now() - interval '2 hours' WHERE day BETWEEN '2017-01-01' AND '2017-12-31'`,
    )
    expect(await drop(base)).toBe(true)
    // The process that remembers the partition finds out by the insert that fails, and makes it anew.
    await commit(team.id, [old(`after-${base}`)])
  }
})
