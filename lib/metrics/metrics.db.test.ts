import { afterAll, describe, expect, it } from 'vitest'
import { GET as getMetrics } from '@/app/api/v1/metrics/route'
import { makeSender, testPool } from '@/lib/ingest/testing/sender'
import { applyRetention } from '@/lib/retention/apply'

const DAY = 'from=2026-03-01T00:00&to=2026-03-02T00:00'
const interaction = (id: string, over: Record<string, unknown> = {}) => ({
  type: 'interaction',
  id,
  agent: 'support',
  startedAt: '2026-03-01T10:00:00Z',
  ...over,
})
const span = (id: string, over: Record<string, unknown> = {}) => ({
  type: 'span',
  id,
  traceId: 't1',
  interactionId: 'i1',
  kind: 'llm',
  name: 'chat',
  model: 'gpt-4o',
  startedAt: '2026-03-01T10:00:01Z',
  endedAt: '2026-03-01T10:00:02Z',
  usage: { inputTokens: 1000, outputTokens: 100 },
  ...over,
})

describe('GET /api/v1/metrics', () => {
  // Retention is the owner's.
  const pool = testPool(2, process.env['DATABASE_OWNER_URL'] ?? process.env['DATABASE_URL'])
  afterAll(() => pool.end())

  it('answers the same rows whichever order the release came in: what moved away leaves no row', async () => {
    const events = [span('s1'), interaction('i1', { release: 'r1', userId: 'u1' })]
    const [late, early] = [await makeSender(), await makeSender()]
    for (const event of events) await late.send([event])
    for (const event of events.toReversed()) await early.send([event])
    for (const by of ['release', 'agent', 'model', 'workflow,segment', 'release&interval=hour']) {
      const [a, b] = [await late.metrics(`${DAY}&by=${by}`), await early.metrics(`${DAY}&by=${by}`)]
      expect(a.rows, by).toHaveLength(1)
      expect({ rows: a.rows, totals: a.totals }, by).toEqual({ rows: b.rows, totals: b.totals })
    }
  })

  it('counts nobody as 0 users, and says null only where users cannot be told', async () => {
    const { send, metrics } = await makeSender()
    expect((await metrics(DAY)).totals).toMatchObject({
      users: 0,
      returningUsers: 0,
      interactions: 0,
      costUsd: '0.000000000',
    })
    expect((await metrics(DAY)).rows).toEqual([])
    await send([interaction('i1'), interaction('i2', { userId: 'u1' })])
    expect((await metrics(`${DAY}&by=agent`)).rows).toMatchObject([{ users: 1, returningUsers: 0 }])
    expect((await metrics(`${DAY}&by=release`)).rows).toMatchObject([{ users: null, returningUsers: null }])
    expect((await metrics('from=2026-03-05T00:00Z&to=2026-03-06T00:00Z')).totals).toMatchObject({ users: 0 })
  })

  it('reads times without a zone as UTC, rounds outward, takes repeated and empty filters', async () => {
    const { send, metrics, key } = await makeSender()
    await send([interaction('i1', { release: 'r1' }), interaction('i2', { release: 'r2' }), interaction('i3')])
    expect((await metrics('from=2026-03-01T10:59:59&to=2026-03-01T11:00:00.000001Z')).range).toEqual({
      from: '2026-03-01T10:00:00.000Z',
      to: '2026-03-01T12:00:00.000Z',
    })
    expect((await metrics(`${DAY}&release=r1&release=r2`)).totals.interactions).toBe(2)
    expect((await metrics(`${DAY}&release=`)).totals.interactions).toBe(1)
    expect((await metrics(`${DAY}&release=&release=r1&by=team`)).rows).toMatchObject([{ interactions: 2 }])
    const days = await metrics('from=2026-02-28T22:00:00%2B01:00&to=2026-03-01T12:30:00%2B02:00&interval=day')
    expect(days.range).toEqual({ from: '2026-02-28T21:00:00.000Z', to: '2026-03-01T11:00:00.000Z' })
    expect(days.rows).toMatchObject([{ bucket: '2026-03-01T00:00:00.000Z', interactions: 3 }])
    const foreign = await getMetrics(
      new Request('http://127.0.0.1/api/v1/metrics?team=nobody', { headers: key.headers }),
      { params: Promise.resolve({}) },
    )
    expect(foreign.status).toBe(404)
  })

  it('keeps closed and its rates when retention has taken the interactions', async () => {
    const { send, metrics } = await makeSender()
    await send([interaction('i1'), interaction('i2'), { type: 'outcome', interactionId: 'i2', result: 'resolved' }])
    const before = (await metrics(DAY)).totals
    expect(before).toMatchObject({ interactions: 2, closed: 2, abandoned: 1, resolutionRate: 0.5 })
    await pool.query('UPDATE platform_setting SET retention_span_days = 1')
    await applyRetention(pool, new Date(Date.now() + 3 * 86_400_000))
    await pool.query('UPDATE platform_setting SET retention_span_days = NULL')
    expect((await pool.query("SELECT 1 FROM interaction WHERE id IN ('i1', 'i2')")).rowCount).toBe(0)
    expect((await metrics(DAY)).totals).toEqual(before)
  })
})
