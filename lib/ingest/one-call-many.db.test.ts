import { afterAll, expect, test } from 'vitest'
import { settleDueAggregates } from '@/lib/ingest/aggregates'
import { commitItems } from '@/lib/ingest/commit'
import { expectCleanRecount } from '@/lib/ingest/testing/honest'
import { itemsOf } from '@/lib/ingest/testing/memory-traces'
import { testPool } from '@/lib/ingest/testing/sender'
import type { WireSpan } from '@/lib/ingest/testing/wire-events'
import { makeTeam } from '@/scripts/testing/house'

const pool = testPool()
afterAll(() => pool.end())

const START_US = Date.UTC(2026, 2, 1, 10) * 1000
const iso = (us: number): string => new Date(us / 1000).toISOString()

/** Call `n` as one instrumentation saw it, a tenth of a second after the one before. */
const seen = (scope: string, n: number, over: Partial<WireSpan> = {}): WireSpan => ({
  type: 'span',
  id: `s${n}`,
  traceId: `${scope}-${n}`,
  kind: 'llm',
  name: 'chat',
  provider: 'openai',
  model: 'gpt-4o',
  scope,
  responseId: `chatcmpl-${n}`,
  startedAt: iso(START_US + n * 100_000),
  endedAt: iso(START_US + n * 100_000 + 30_000),
  usage: { inputTokens: 1_000, outputTokens: 100 },
  ...over,
})

const makeLedger = async () => {
  const team = await makeTeam()
  const send = (spans: readonly WireSpan[]) => commitItems(pool, team.id, itemsOf([...spans]), new Date())
  const bill = async () => {
    const { rows } = await pool.query<{ state: string; n: string }>(
      'SELECT cost_state AS state, count(*) AS n FROM span WHERE team_id = $1 GROUP BY 1',
      [team.id],
    )
    return Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)]))
  }
  return { team, send, bill }
}
const many = (count: number, make: (n: number) => WireSpan): WireSpan[] =>
  Array.from({ length: count }, (_, n) => make(n))

test('a request of 600 calls, all seen before by another instrumentation, bills each once', async () => {
  const { send, bill } = await makeLedger()
  await send(many(600, (n) => seen('framework', n)))
  await send(many(600, (n) => seen('sdk', n)))
  expect(await bill()).toEqual({ computed: 600, duplicate: 600 })
  await expectCleanRecount(pool)
})

test('an id that a test double repeats ties the calls of each moment only, in one request or in many', async () => {
  const same = { responseId: 'chatcmpl-mock' }
  for (const size of [600, 200]) {
    const { send, bill } = await makeLedger()
    for (let from = 0; from < 600; from += size) {
      for (const scope of ['framework', 'sdk']) await send(many(size, (n) => seen(scope, from + n, same)))
    }
    expect(await bill()).toEqual({ computed: 600, duplicate: 600 })
  }
})

test('more than 500 calls under one id at one moment stay separate, in whatever pieces they come', async () => {
  const moment = { responseId: 'chatcmpl-mock', startedAt: iso(START_US), endedAt: iso(START_US + 1_000_000) }
  for (const size of [300, 100]) {
    const { send, bill } = await makeLedger()
    for (let from = 0; from < 300; from += size) {
      for (const scope of ['framework', 'sdk']) await send(many(size, (n) => seen(scope, from + n, moment)))
    }
    expect(await bill()).toEqual({ computed: 600 })
  }
  await expectCleanRecount(pool)
})

test('a later copy that names the scope ends what only different scopes made one call', async () => {
  const { send, bill } = await makeLedger()
  const { scope: _, ...native } = seen('sdk', 1)
  await send([native])
  await send([seen('sdk', 1, { traceId: 'other' })])
  expect(await bill()).toEqual({ computed: 1, duplicate: 1 })
  await send([seen('sdk', 1)])
  expect(await bill()).toEqual({ computed: 2 })
  await expectCleanRecount(pool)
})

test('two places of a call that never told its usage are one unknown call', async () => {
  const { send, bill } = await makeLedger()
  const { usage: _, ...bare } = seen('framework', 1)
  await send([bare, { ...bare, scope: 'sdk', traceId: 'sdk-1' }])
  expect(await bill()).toEqual({ duplicate: 1, unknown: 1 })
})

test('an agent span is not priced for calls without usage that are billed where another instrumentation saw them', async () => {
  const { usage: _, ...bare } = seen('framework', 1)
  const run = seen('framework', 1, { kind: 'agent', id: 'run' })
  const call = { ...bare, parentId: 'run' }
  const other = seen('sdk', 1)
  const silence = () => settleDueAggregates(pool, new Date(Date.now() + 600_000))
  for (const order of [
    [run, call, 'silence', other, 'silence'],
    [other, run, call, 'silence'],
  ] as const) {
    const { send, bill } = await makeLedger()
    for (const step of order) await (step === 'silence' ? silence() : send([step]))
    expect(await bill()).toEqual({ null: 1, computed: 1, duplicate: 1 })
  }
  await expectCleanRecount(pool)
})

test('a call whose survivor is past retention stays what it was counted as, whatever comes of it later', async () => {
  const { team, send, bill } = await makeLedger()
  const framework = seen('framework', 1, { interactionId: 'i1' })
  await send([framework, seen('sdk', 1)])
  expect(await bill()).toEqual({ computed: 1, duplicate: 1 })
  await pool.query('DELETE FROM span WHERE team_id = $1 AND trace_id = $2', [team.id, framework.traceId])
  await send([seen('sdk', 1, { firstTokenMs: 12 })])
  expect(await bill()).toEqual({ duplicate: 1 })
})
