import { describe, expect, it } from 'vitest'
import { GET as getInteraction } from '@/app/api/v1/interactions/[id]/route'
import { GET as getInteractions } from '@/app/api/v1/interactions/route'
import { GET as getMetrics } from '@/app/api/v1/metrics/route'
import { GET as getSpan } from '@/app/api/v1/spans/[id]/route'
import { POST } from '@/app/api/v1/events/route'
import { InteractionsPage, InteractionView, SpanDetail } from '@/lib/interactions/schema'
import { EventsAnswer } from '@/lib/ingest/schema'
import { MetricsAnswer } from '@/lib/metrics/schema'
import { makeKey, makeTeam } from '@/scripts/testing/house'

const HOUR = '2026-03-01T10'
const span = (id: string, over: Record<string, unknown> = {}) => ({
  type: 'span',
  id,
  traceId: 't1',
  interactionId: 'i1',
  kind: 'llm',
  name: 'chat',
  model: 'gpt-4o',
  provider: 'openai',
  startedAt: `${HOUR}:00:01.000Z`,
  endedAt: `${HOUR}:00:02.000Z`,
  status: 'ok',
  usage: { inputTokens: 1000, outputTokens: 100 },
  ...over,
})
const interaction = {
  type: 'interaction',
  id: 'i1',
  agent: 'support',
  release: 'r1',
  startedAt: `${HOUR}:00:00Z`,
  userId: 'u1',
}
const outcome = { type: 'outcome', interactionId: 'i1', result: 'resolved', at: `${HOUR}:10:00Z` }

const world = async () => {
  const team = await makeTeam()
  const key = await makeKey(team.id, { scopes: ['ingest', 'read'] })
  const headers = { authorization: `Bearer ${key.text}` }
  const send = async (events: unknown[]) => {
    const response = await POST(
      new Request('http://localhost/api/v1/events', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ events }),
      }),
      { params: Promise.resolve({}) },
    )
    expect(response.status).toBe(200)
    return EventsAnswer.parse(await response.json())
  }
  const get = async (
    handler: (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>,
    query: string,
    params: Record<string, string> = {},
  ): Promise<unknown> => {
    const response = await handler(new Request(`http://localhost/x?${query}`, { headers }), {
      params: Promise.resolve(params),
    })
    return response.json()
  }
  const metrics = async (query = '') =>
    MetricsAnswer.parse(await get(getMetrics, `from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z${query}`))
  return { send, get, metrics }
}

describe('events in, cost per resolution out', () => {
  it('counts what was sent, once', async () => {
    const { send, metrics } = await world()
    const events = [
      interaction,
      span('s1'),
      span('s2', { kind: 'tool', name: 'lookup', tool: { name: 'lookup' } }),
      outcome,
    ]
    expect(await send(events)).toEqual({ accepted: 4, duplicates: 0, rejected: [] })
    expect(await send(events)).toEqual({ accepted: 4, duplicates: 4, rejected: [] })
    const answer = await metrics('&by=release')
    expect(answer.rows).toHaveLength(1)
    expect(answer.rows[0]).toMatchObject({
      keys: { release: 'r1' },
      interactions: 1,
      closed: 1,
      resolved: 1,
      contained: 1,
      costUsd: '0.003500000',
      spendUsd: '0.003500000',
      unattributedCostUsd: '0.000000000',
      costPerResolutionUsd: '0.003500000',
      knownCostInteractions: 1,
      inputTokens: 1000,
      outputTokens: 100,
      cacheReadTokens: null,
      llmCalls: 1,
      toolCalls: 1,
      toolErrors: 0,
      turns: 1,
      resolutionRate: 1,
      users: null,
    })
    expect(answer.totals).toMatchObject({ costUsd: '0.003500000', interactions: 1, users: 1, availability: 1 })
    expect(Math.abs((answer.totals.p50Ms ?? 0) - 1000)).toBeLessThan(50)
  })

  it('moves money when the release, the start or the outcome comes after it', async () => {
    const { send, metrics } = await world()
    await send([span('s1')])
    expect((await metrics('&by=release')).rows[0]).toMatchObject({
      keys: { release: null },
      interactions: 1,
      costUsd: '0.003500000',
    })
    await send([{ ...interaction, startedAt: '2026-03-01T09:59:00Z' }])
    await send([outcome])
    const { rows, totals } = await metrics('&by=release&interval=hour')
    const counted = rows.filter((row) => row.interactions > 0)
    expect(counted).toHaveLength(1)
    expect(counted[0]).toMatchObject({
      keys: { release: 'r1' },
      bucket: '2026-03-01T09:00:00.000Z',
      costPerResolutionUsd: '0.003500000',
      spendUsd: '0.000000000',
    })
    expect(totals).toMatchObject({ costUsd: '0.003500000', spendUsd: '0.003500000', resolved: 1 })
  })

  it('prices the inner of two nested calls, in either order, and groups by model, tool and prompt', async () => {
    const { send, metrics } = await world()
    await send([span('inner', { parentId: 'outer', prompt: { name: 'refund', version: 3 } })])
    await send([
      span('outer', { costUsd: '0.01' }),
      span('tool', { kind: 'tool', name: 'refund', parentId: 'inner', status: 'error' }),
    ])
    const { totals } = await metrics()
    // Same counts on both: the priced inner call takes over the cost that only the outer one reports.
    expect(totals).toMatchObject({
      llmCalls: 1,
      shadowedCalls: 1,
      costUsd: '0.010000000',
      reportedUsd: '0.010000000',
      computedUsd: '0.003500000',
    })
    expect((await metrics('&by=model')).rows).toMatchObject([{ keys: { model: 'gpt-4o' }, llmCalls: 1 }])
    expect((await metrics('&by=promptVersion')).rows).toMatchObject([
      { keys: { promptName: 'refund', promptVersion: '3' }, llmCalls: 1 },
    ])
    expect((await metrics('&by=tool')).rows).toMatchObject([{ keys: { tool: 'refund' }, toolCalls: 1, toolErrors: 1 }])
    expect((await metrics('&by=team,agent&model=gpt-4o')).rows).toMatchObject([{ llmCalls: 1 }])
  })

  it('says unknown, never zero, where nothing is known (known-bugs C8)', async () => {
    const { send, metrics } = await world()
    await send([
      interaction,
      outcome,
      span('s1', { usage: undefined, endedAt: undefined }),
      span('t1', { kind: 'tool', status: undefined }),
    ])
    expect((await metrics()).totals).toMatchObject({
      costUsd: null,
      spendUsd: null,
      costPerResolutionUsd: null,
      knownCostInteractions: 0,
      inputTokens: null,
      unknownCostCalls: 1,
      toolErrors: null,
      llmP50Ms: null,
    })
  })

  it('shows the interaction with its spans and a 3 MiB payload whole (known-bugs I5)', async () => {
    const { send, get } = await world()
    const input = [{ role: 'user', content: 'x'.repeat(3 * 1024 * 1024) }]
    await send([interaction, span('s1', { input, output: 'done', attributes: { shop: 'nord' } }), outcome])
    const list = InteractionsPage.parse(await get(getInteractions, ''))
    expect(list.items).toMatchObject([{ id: 'i1', result: 'resolved', costUsd: '0.003500000', state: 'closed' }])
    const one = InteractionView.parse(await get(getInteraction, '', { id: 'i1' }))
    expect(one.spans).toMatchObject([{ id: 's1', costState: 'computed', orphan: false }])
    const detail = SpanDetail.parse(await get(getSpan, 'traceId=t1', { id: 's1' }))
    expect(detail).toMatchObject({ input, output: 'done', attributes: { shop: 'nord' }, inputFullBytes: null })
  })

  it('rejects a bad item with its place and the way out, and keeps the others (known-bugs I6)', async () => {
    const { send } = await world()
    const answer = await send([
      { type: 'outcome', interactionId: 'i1', result: 'escalated' },
      span('s1'),
      span('s2', { usage: { inputTokens: 1, outputTokens: 1, cacheReadTokens: 5 } }),
      span('s3', { startedAt: '1999-01-01T00:00:00Z' }),
      span('x'.repeat(300)),
      { type: 'nonsense' },
    ])
    expect(answer.accepted).toBe(1)
    expect(answer.rejected.map(({ index, code, path }) => ({ index, code, path }))).toEqual([
      { index: 0, code: 'bad_request', path: 'result' },
      { index: 2, code: 'bad_request', path: 'usage.inputTokens' },
      { index: 3, code: 'bad_request', path: 'startedAt' },
      { index: 4, code: 'bad_request', path: 'id' },
      { index: 5, code: 'bad_request', path: 'type' },
    ])
    expect(answer.rejected[0]?.message).toContain('escalated')
  })
})
