import { afterAll, describe, expect, test } from 'vitest'
import { settleDueAggregates } from '@/lib/ingest/aggregates'
import { commitItems } from '@/lib/ingest/commit'
import { spanOutcomeText } from '@/lib/ingest/interaction-rules'
import type { Item } from '@/lib/ingest/items'
import type { SpanNode } from '@/lib/ingest/span-node'
import { expectCleanRecount } from '@/lib/ingest/testing/honest'
import { itemsOf } from '@/lib/ingest/testing/memory-traces'
import { testPool } from '@/lib/ingest/testing/sender'
import type { WireSpan } from '@/lib/ingest/testing/wire-events'
import { TRACE_IS_INTERACTION } from '@/lib/ingest/trace-graph'
import { makeTeam } from '@/scripts/testing/house'

const pool = testPool()
afterAll(() => pool.end())

const call = (id: string, traceId: string, over: Partial<WireSpan> = {}): WireSpan => ({
  type: 'span',
  id,
  traceId,
  kind: 'llm',
  name: 'chat',
  provider: 'openai',
  model: 'gpt-4o',
  startedAt: '2026-03-01T10:00:01.000Z',
  endedAt: '2026-03-01T10:00:02.000Z',
  usage: { inputTokens: 1_000, outputTokens: 100 },
  ...over,
})
/** What the framework saw inside its conversation, and what the SDK's instrumentation saw as a root of its own. */
const seenTwice = (n: number, over: Partial<WireSpan> = {}): [WireSpan, WireSpan] => [
  call(`f${n}`, `framework-${n}`, {
    scope: 'framework',
    parentId: 'run',
    interactionId: 'i1',
    responseId: `chatcmpl-${n}`,
  }),
  call(`s${n}`, `sdk-${n}`, {
    scope: 'sdk',
    responseId: `chatcmpl-${n}`,
    startedAt: '2026-03-01T10:00:01.100Z',
    endedAt: '2026-03-01T10:00:01.900Z',
    ...over,
  }),
]

const makeLedger = async () => {
  const team = await makeTeam()
  const store = (items: readonly Item[]) => commitItems(pool, team.id, items, new Date())
  const send = (...spans: WireSpan[]) => store(itemsOf(spans))
  const sendNode = (span: WireSpan, over: Partial<SpanNode>) =>
    store(itemsOf([span]).map((item) => (item.type === 'span' ? { ...item, node: { ...item.node, ...over } } : item)))
  const states = async (): Promise<Record<string, string | null>> => {
    const { rows } = await pool.query<{ id: string; state: string | null }>(
      'SELECT span_id AS id, cost_state AS state FROM span WHERE team_id = $1 ORDER BY span_id',
      [team.id],
    )
    return Object.fromEntries(rows.map(({ id, state }) => [id, state]))
  }
  const bill = async () => {
    const { rows } = await pool.query<{ calls: string; cost: string; duplicates: string; unattributed: string }>(
      `SELECT coalesce(sum(r.llm_calls), 0) AS calls, coalesce(sum(r.cost_nano_usd), 0) AS cost,
         coalesce(sum(r.duplicate_calls), 0) AS duplicates, coalesce(sum(r.unattributed_calls), 0) AS unattributed
       FROM rollup_cohort r JOIN series s ON s.team_id = r.team_id AND s.id = r.series_id
       WHERE r.team_id = $1 AND s.dim_set = 0`,
      [team.id],
    )
    const row = rows[0]
    return {
      calls: Number(row?.calls),
      cost: Number(row?.cost),
      duplicates: Number(row?.duplicates),
      unattributed: Number(row?.unattributed),
    }
  }
  return { team, store, send, sendNode, states, bill }
}
const COST = 3_500_000

describe('one call in two traces (known-bugs I4)', () => {
  test('with one response id it is billed once, to the interaction, whichever trace came first', async () => {
    for (const turn of [(pair: WireSpan[]) => pair, (pair: WireSpan[]) => [...pair].reverse()]) {
      const { send, states, bill } = await makeLedger()
      for (const span of turn(seenTwice(1))) await send(span)
      expect(await states()).toEqual({ f1: 'computed', s1: 'duplicate' })
      expect(await bill()).toEqual({ calls: 1, cost: COST, duplicates: 1, unattributed: 0 })
    }
    await expectCleanRecount(pool)
  })

  test('both halves at once, from many callers, are billed once', async () => {
    const { send, bill } = await makeLedger()
    const halves = Array.from({ length: 20 }, (_, n) => seenTwice(n)).flat()
    await Promise.all(halves.map((span) => send(span)))
    expect(await bill()).toEqual({ calls: 20, cost: 20 * COST, duplicates: 20, unattributed: 0 })
    await expectCleanRecount(pool)
  })

  test('two parallel equal calls of one scope stay two', async () => {
    const { send, bill } = await makeLedger()
    await send(
      call('a', 't1', { scope: 'sdk', responseId: 'msg_mock' }),
      call('b', 't2', { scope: 'sdk', responseId: 'msg_mock' }),
    )
    expect(await bill()).toMatchObject({ calls: 2, duplicates: 0 })
  })

  test('an id alone proves nothing: calls that do not overlap stay two', async () => {
    const { send, bill } = await makeLedger()
    const [mine, other] = seenTwice(1, { startedAt: '2026-03-01T10:05:00Z', endedAt: '2026-03-01T10:05:01Z' })
    await send(mine, other)
    expect(await bill()).toMatchObject({ calls: 2, duplicates: 0 })
  })

  test('without ids the same process, counts and time tie them; another process does not', async () => {
    const { send, states } = await makeLedger()
    const pair = (n: number, instance: string): WireSpan[] =>
      seenTwice(n, { serviceInstance: instance }).map((span, i) => {
        const { responseId: _, ...rest } = span
        return {
          ...rest,
          serviceInstance: i === 0 ? 'host-1' : instance,
          startedAt: `2026-03-01T10:0${n}:01.000Z`,
          endedAt: `2026-03-01T10:0${n}:02.000Z`,
        }
      })
    await send(...pair(1, 'host-1'))
    await send(...pair(2, 'host-2'))
    expect(await states()).toEqual({ f1: 'computed', f2: 'computed', s1: 'duplicate', s2: 'computed' })
  })

  test('when the billed one turns out to wrap another call, the other is billed again', async () => {
    const { send, states } = await makeLedger()
    await send(...seenTwice(1))
    await send(call('inner', 'framework-1', { scope: 'other', parentId: 'f1' }))
    expect(await states()).toEqual({ f1: 'shadowed', inner: 'computed', s1: 'computed' })
    await expectCleanRecount(pool)
  })

  test('a resend after a crash between the two commits settles them', async () => {
    const { send, bill, team } = await makeLedger()
    const [mine, other] = seenTwice(1)
    await send(mine)
    // As if the process had died there: the second half is stored, nothing was settled, nothing was answered.
    await pool.query("UPDATE span SET scope = 'sdk' WHERE team_id = $1", [team.id])
    await send(other)
    await pool.query("UPDATE span SET scope = 'framework' WHERE team_id = $1 AND span_id = 'f1'", [team.id])
    expect(await bill()).toMatchObject({ calls: 2 })
    await send(other)
    expect(await bill()).toEqual({ calls: 1, cost: COST, duplicates: 1, unattributed: 0 })
  })
})

describe('traces in which only agents report usage', () => {
  const later = (): Date => new Date(Date.now() + 600_000)
  const { usage: _, ...bare } = call('c1', 't1', { parentId: 'sub' })
  const run = call('run', 't1', { kind: 'agent', interactionId: 'i1' })
  const sub = call('sub', 't1', { kind: 'agent', parentId: 'run', usage: { inputTokens: 400, outputTokens: 10 } })

  test('the topmost agent span is priced once the trace is silent, and the calls below are shadowed', async () => {
    const { send, states, bill } = await makeLedger()
    await send(bare)
    await send(sub, run)
    expect(await bill()).toMatchObject({ calls: 1, cost: 0 })
    await settleDueAggregates(pool, new Date(Date.now() - 60_000))
    expect(await states()).toEqual({ c1: 'unknown', run: null, sub: null })
    await settleDueAggregates(pool, later())
    expect(await states()).toEqual({ c1: 'shadowed', run: 'aggregate', sub: null })
    expect(await bill()).toMatchObject({ calls: 1, cost: COST })
    await expectCleanRecount(pool)
  })

  test('a model call with usage that comes later takes over', async () => {
    const { send, states, bill } = await makeLedger()
    await send(bare, sub, run)
    await settleDueAggregates(pool, later())
    await send(call('c2', 't1', { parentId: 'sub', usage: { inputTokens: 100, outputTokens: 10 } }))
    expect(await states()).toEqual({ c1: 'unknown', c2: 'computed', run: null, sub: null })
    expect(await bill()).toMatchObject({ calls: 2, cost: 350_000 })
    expect(await settleDueAggregates(pool, later())).toBe(0)
    await expectCleanRecount(pool)
  })
})

describe('an agent span priced for its trace', () => {
  test('is priced again by what a later copy fills', async () => {
    const { send, bill } = await makeLedger()
    const { model: _, ...early } = call('run', 't1', { kind: 'agent' })
    await send(early)
    await settleDueAggregates(pool, new Date(Date.now() + 600_000))
    expect(await bill()).toMatchObject({ calls: 1, cost: 0 })
    await send(call('run', 't1', { kind: 'agent' }))
    expect(await bill()).toMatchObject({ calls: 1, cost: COST })
    await expectCleanRecount(pool)
  })
})

describe('what spans tell of their interaction', () => {
  test('user and outcome of any span of the trace count, and a later outcome event wins over them', async () => {
    const { team, sendNode, store } = await makeLedger()
    const told = spanOutcomeText({ result: 'unresolved', escalated: true, severity: null, reason: 'no such order' })
    await sendNode(call('a', 't1', { interactionId: 'i1' }), {})
    await sendNode(call('b', 't1', { parentId: 'a' }), { userId: 'mia', outcome: told })
    const view = async () =>
      (
        await pool.query('SELECT user_id, result, escalated, outcome_reason FROM interaction WHERE team_id = $1', [
          team.id,
        ])
      ).rows
    expect(await view()).toEqual([
      { user_id: 'mia', result: 'unresolved', escalated: true, outcome_reason: 'no such order' },
    ])
    await store(itemsOf([{ type: 'outcome', interactionId: 'i1', result: 'resolved', at: '2026-03-01T10:00:01.500Z' }]))
    expect(await view()).toMatchObject([{ result: 'unresolved' }])
    await store(itemsOf([{ type: 'outcome', interactionId: 'i1', result: 'resolved', at: '2026-03-01T11:00:00Z' }]))
    expect(await view()).toMatchObject([{ result: 'resolved', escalated: false }])
    await expectCleanRecount(pool)
  })

  test('a turn lends its counts to its model call, whichever came first', async () => {
    for (const order of [['turn', 'call'], ['call', 'turn'], ['both']] as const) {
      const { send, store, bill, states } = await makeLedger()
      const { usage: _usage, model: _model, ...response } = call('r1', 't1', { parentId: 'turn' })
      const turn = itemsOf([call('turn', 't1', { kind: 'workflow' })]).map((item) =>
        item.type === 'span' ? { ...item, node: { ...item.node, flags: ['lends_usage'] } } : item,
      )
      for (const step of order) {
        if (step === 'turn') await store(turn)
        else if (step === 'call') await send(response)
        else await store([...itemsOf([response]), ...turn])
      }
      expect(await states()).toEqual({ r1: 'computed', turn: null })
      expect(await bill()).toMatchObject({ calls: 1, cost: COST })
    }
    await expectCleanRecount(pool)
  })

  test('a turn with two model calls lends its counts to one of them, in one request or in several', async () => {
    const { usage: _usage, model: _model, ...first } = call('r1', 't1', { parentId: 'turn' })
    const second = { ...first, id: 'r2', startedAt: '2026-03-01T10:00:01.500Z' }
    const turn = itemsOf([call('turn', 't1', { kind: 'workflow' })]).map((item) =>
      item.type === 'span' ? { ...item, node: { ...item.node, flags: ['lends_usage'] } } : item,
    )
    const steps: Item[][] = [turn, itemsOf([first]), itemsOf([second])]
    for (const requests of [steps, [...steps].reverse(), [steps.flat()]]) {
      const { store, bill } = await makeLedger()
      for (const items of requests) await store(items)
      expect(await bill()).toMatchObject({ calls: 2, cost: COST })
    }
    await expectCleanRecount(pool)
  })

  test('a trace that names no interaction is one of its own where its agent is set so, until a span names one', async () => {
    const { team, sendNode, send } = await makeLedger()
    const own = async () =>
      (await pool.query('SELECT id, turns FROM interaction WHERE team_id = $1 AND turns > 0 ORDER BY id', [team.id]))
        .rows
    await send(call('a', 't1'))
    expect(await own()).toEqual([])
    await sendNode(call('b', 't1', { parentId: 'a' }), { flags: [TRACE_IS_INTERACTION] })
    expect(await own()).toEqual([{ id: 't1', turns: 1 }])
    await send(call('c', 't1', { parentId: 'a', interactionId: 'session-7' }))
    expect(await own()).toEqual([{ id: 'session-7', turns: 1 }])
    await expectCleanRecount(pool)
  })
})
