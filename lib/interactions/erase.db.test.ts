import { afterAll, expect, test } from 'vitest'
import { commitItems } from '@/lib/ingest/commit'
import { spanOutcomeText } from '@/lib/ingest/interaction-rules'
import type { Item } from '@/lib/ingest/items'
import { expectCleanRecount } from '@/lib/ingest/testing/honest'
import { itemsOf } from '@/lib/ingest/testing/memory-traces'
import { testPool } from '@/lib/ingest/testing/sender'
import { eraseUser } from '@/lib/interactions/commands'
import { makeTeam, systemCtx } from '@/scripts/testing/house'

const pool = testPool()
afterAll(() => pool.end())

/** A span that tells its user, an outcome with a reason, and has texts: all of them name Kim. */
const told = (spanId: string, interactionId: string | null, traceId = 't1'): Item[] =>
  itemsOf([
    {
      type: 'span',
      id: spanId,
      traceId,
      kind: 'llm',
      name: 'chat',
      model: 'gpt-4o',
      startedAt: '2026-03-01T10:00:01Z',
      endedAt: '2026-03-01T10:00:02Z',
      usage: { inputTokens: 1_000, outputTokens: 100 },
    },
  ]).map((item) => {
    if (item.type !== 'span') return item
    const outcome = spanOutcomeText({ result: 'unresolved', escalated: false, severity: null, reason: 'kim left' })
    const node = { ...item.node, interactionId, userId: 'kim', outcome, statusMessage: 'asked by kim' }
    const { day } = node
    const sizes = { inputFullBytes: null, outputFullBytes: null, attributes: null }
    return { ...item, node, payload: { day, traceId, spanId, input: '"I am kim"', output: null, ...sizes } }
  })

const makeLedger = async () => {
  const team = await makeTeam()
  const store = (items: readonly Item[]) => commitItems(pool, team.id, items, new Date())
  const namesOfKim = async (): Promise<Record<string, number>> => {
    const found: Record<string, number> = {}
    for (const table of ['span', 'span_payload', 'interaction', 'user_day', 'turn']) {
      const { rows } = await pool.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM ${table} x WHERE team_id = $1 AND x::text LIKE '%kim%'`,
        [team.id],
      )
      if (rows[0]?.n) found[table] = rows[0].n
    }
    return found
  }
  const erase = () => eraseUser(systemCtx(team.id), { userId: 'kim' })
  return { store, namesOfKim, erase }
}

test('a span that comes to an interaction after its user was erased says nothing of the user', async () => {
  const { store, namesOfKim, erase } = await makeLedger()
  await store(told('a', 'i1'))
  await erase()
  expect(await namesOfKim()).toEqual({})
  await store(told('b', 'i1'))
  await store(told('c', 'i1', 't2'))
  // Sent again whole, and as a copy that could fill what is empty.
  await store([...told('b', 'i1'), ...told('a', null)])
  expect(await namesOfKim()).toEqual({})
  await expectCleanRecount(pool)
})

test('a trace that turns out to belong to an erased interaction says nothing of the user either', async () => {
  const { store, namesOfKim, erase } = await makeLedger()
  await store(told('a', 'i1'))
  await erase()
  await store(told('x', null, 't3'))
  await store(told('y', 'i1', 't3'))
  expect(await namesOfKim()).toEqual({})
  await expectCleanRecount(pool)
})

test('spans that name the user outside of any interaction are emptied, too', async () => {
  const { store, namesOfKim, erase } = await makeLedger()
  await store([...told('a', null), ...told('b', null, 't2')])
  expect(await erase()).toMatchObject({ interactions: 0, payloads: 2, more: false })
  expect(await namesOfKim()).toEqual({})
  await expect(erase()).rejects.toMatchObject({ code: 'not_found' })
  await store([...told('a', null), ...told('b', 'i1', 't2')])
  expect(await namesOfKim()).toEqual({})
  await expectCleanRecount(pool)
})

test('what a second instrumentation saw of the user’s calls goes with them, whichever of the two is billed', async () => {
  for (const usedScope of ['framework', 'sdk']) {
    const { store, namesOfKim, erase } = await makeLedger()
    const place = (scope: string, interactionId: string | null): Item[] =>
      told(scope, interactionId, scope).map((item) => {
        if (item.type !== 'span') return item
        const unused = { inputTokens: null, outputTokens: null }
        const seen = { scope, responseId: 'chatcmpl-1', ...(scope === usedScope ? {} : unused) }
        return { ...item, node: { ...item.node, ...seen, ...(interactionId ? {} : { userId: null, outcome: null }) } }
      })
    await store([...place('framework', 'i1'), ...place('sdk', null), ...place('gateway', null)])
    expect(await erase()).toMatchObject({ interactions: 1, payloads: 3 })
    expect(await namesOfKim()).toEqual({})
    await store([...place('sdk', null), ...place('gateway', null)])
    expect(await namesOfKim()).toEqual({})
  }
  await expectCleanRecount(pool)
})
