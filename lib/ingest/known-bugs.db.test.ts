import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { MAX_TRACE_DAYS } from '@/lib/ingest/store/spans'
import { byCallers, expectCleanRecount } from '@/lib/ingest/testing/honest'
import { makeSender, testPool, type Sender } from '@/lib/ingest/testing/sender'
import type { WireSpan } from '@/lib/ingest/testing/wire-events'

const pool = testPool()
afterAll(() => pool.end())

const AT = '2026-03-01T10:00:01.000Z'
const call = (id: string, over: Partial<WireSpan> = {}): WireSpan => ({
  type: 'span',
  id,
  traceId: 't1',
  interactionId: 'i1',
  kind: 'llm',
  name: 'chat',
  provider: 'openai',
  model: 'gpt-4o',
  startedAt: AT,
  endedAt: '2026-03-01T10:00:02.000Z',
  status: 'ok',
  usage: { inputTokens: 1_000, outputTokens: 100 },
  ...over,
})

type Stored = { cost: string | null; state: string; computed: string | null; flags: string[]; rates: unknown }
const stored = async ({ team }: Sender, spanId: string): Promise<Stored> => {
  const { rows } = await pool.query<Stored>(
    `SELECT cost_nano_usd::text AS cost, cost_state AS state, cost_computed_nano_usd::text AS computed, flags, price_rates AS rates
     FROM span WHERE team_id = $1 AND span_id = $2`,
    [team.id, spanId],
  )
  const row = rows[0]
  if (!row) throw new Error(`span ${spanId} is not stored`)
  return row
}

const payload = async ({ team }: Sender, spanId: string) => {
  const { rows } = await pool.query<{ input: string; full: string | null }>(
    'SELECT input, input_full_bytes AS full FROM span_payload WHERE team_id = $1 AND span_id = $2',
    [team.id, spanId],
  )
  return rows[0]
}

const totals = async (sender: Sender) =>
  (await sender.metrics('from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z')).totals

/** All orders of a list. */
const permutations = <T>(list: readonly T[]): T[][] =>
  list.length < 2
    ? [[...list]]
    : list.flatMap((first, i) => permutations(list.filter((_, k) => k !== i)).map((rest) => [first, ...rest]))

describe('ingest', () => {
  test('I5: a payload of 3 MiB comes back whole; a cut one says how long it was', async () => {
    const sender = await makeSender()
    const whole = 'ü'.repeat(1.5 * 1024 * 1024)
    await sender.send([call('whole', { input: whole }), call('cut', { input: 'x'.repeat(5 * 1024 * 1024) })])
    expect(await payload(sender, 'whole')).toEqual({ input: JSON.stringify(whole), full: null })
    const cut = await payload(sender, 'cut')
    expect(cut?.full).toBe(String(5 * 1024 * 1024))
    expect(Buffer.byteLength(cut?.input ?? '')).toBeLessThanOrEqual(4 * 1024 * 1024 + 2)
    expect((await stored(sender, 'cut')).flags).toContain('input_cut')
  })

  test('I6: a batch with one span that is too large keeps all the others, and says which limit it met', async () => {
    const sender = await makeSender()
    const others = Array.from({ length: 99 }, (_, n) => call(`ok-${n}`))
    const answer = await sender.send([...others, call('huge', { attributes: { blob: 'x'.repeat(20_000) } })])
    expect(answer).toMatchObject({ accepted: 99, rejected: [{ index: 99, id: 'huge', code: 'bad_request' }] })
    expect(answer.rejected[0]?.message).toContain('16384 bytes')
  })

  test('I9: every order of a trace, one span per request, in sequence and at once, gives the same states and totals', async () => {
    const trace = [
      call('root', { kind: 'agent', name: 'run' }),
      call('outer', { parentId: 'root', usage: { inputTokens: 1_000, outputTokens: 100, cacheReadTokens: 512 } }),
      call('between', { parentId: 'outer', kind: 'workflow' }),
      call('inner', { parentId: 'between' }),
    ]
    const seen = new Set<string>()
    for (const [n, order] of permutations(trace).entries()) {
      const sender = await makeSender()
      await byCallers(n % 2 === 0 ? 1 : 4, order, async (span) => void (await sender.send([span])))
      const { costUsd, llmCalls, shadowedCalls, turns, cacheReadTokens } = await totals(sender)
      seen.add(JSON.stringify({ costUsd, llmCalls, shadowedCalls, turns, cacheReadTokens }))
    }
    // (488 × 2,500 + 512 × 1,250 + 100 × 10,000) nano-USD, once.
    expect([...seen]).toEqual([
      JSON.stringify({ costUsd: '0.002860000', llmCalls: 1, shadowedCalls: 1, turns: 1, cacheReadTokens: 512 }),
    ])
    await expectCleanRecount(pool)
  }, 60_000)

  test('I10: the same body twice, then as gzip NDJSON in another order, changes nothing', async () => {
    const sender = await makeSender()
    const events = [
      { type: 'interaction', id: 'i1', agent: 'desk', startedAt: AT },
      call('a'),
      call('b', { parentId: 'a', kind: 'tool', name: 'lookup' }),
      { type: 'outcome', interactionId: 'i1', result: 'resolved', at: AT },
    ]
    await sender.send(events)
    const first = await totals(sender)
    expect(await sender.send(events)).toMatchObject({ accepted: 4, duplicates: 4 })
    const lines = gzipSync([...events].reverse().map((event) => JSON.stringify(event)).join('\n')) // prettier-ignore
    const again = await sender.post(lines, { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' })
    expect(await again.json()).toMatchObject({ accepted: 4, duplicates: 4, rejected: [] })
    expect(await totals(sender)).toEqual(first)
  })

  test('I11: what was acknowledged is in the totals on the next read, and stays', async () => {
    const sender = await makeSender()
    for (let n = 1; n <= 10; n++) {
      await sender.send([call(`s${n}`, { traceId: `t${n}`, interactionId: `i${n}` })])
      expect(await totals(sender)).toMatchObject({ interactions: n, llmCalls: n, turns: n })
    }
  })

  test('a trace on more days than a trace may have keeps what fits, and every copy gets the same answer', async () => {
    const sender = await makeSender()
    const spans = Array.from({ length: MAX_TRACE_DAYS + 3 }, (_, n) => {
      const startedAt = new Date(Date.UTC(2016, 0, 1 + n)).toISOString()
      return call(`day-${n}`, { startedAt, endedAt: startedAt })
    })
    const first = await sender.send(spans)
    expect(first.accepted).toBe(MAX_TRACE_DAYS)
    expect(first.rejected.map(({ code }) => code)).toEqual(['limit_exceeded', 'limit_exceeded', 'limit_exceeded'])
    expect(await sender.send(spans)).toMatchObject({ accepted: MAX_TRACE_DAYS, duplicates: MAX_TRACE_DAYS })
    await expectCleanRecount(pool)
  }, 60_000)

  test('names of 256 characters of three bytes each are stored, also together', async () => {
    const sender = await makeSender()
    let state = 1
    const name = (): string =>
      Array.from({ length: 256 }, () => String.fromCharCode(0x4e00 + ((state = (state * 48_271) % 2_147_483_647) % 20_000))).join('') // prettier-ignore
    const names = { traceId: name(), interactionId: name(), model: name(), agent: name(), release: name() }
    const answer = await sender.send([
      call(name(), { ...names, parentId: name(), prompt: { name: name(), version: name() } }),
      call(name(), { ...names, kind: 'tool', tool: { name: name() } }),
      {
        type: 'interaction',
        id: names.interactionId,
        agent: names.agent,
        userId: name(),
        workflow: name(),
        segment: name(),
      },
      {
        type: 'score',
        interactionId: name(),
        traceId: name(),
        spanId: name(),
        name: name(),
        source: 'human',
        value: 1,
      },
    ])
    expect(answer).toEqual({ accepted: 4, duplicates: 0, rejected: [] })
    await expectCleanRecount(pool)
  })

  test('a wrapper that learns its usage only after its leaf was priced stays shadowed, without its parent in the request', async () => {
    const sender = await makeSender()
    const bare = (id: string, parentId: string | undefined): WireSpan => {
      const { usage: _usage, ...span } = call(id, parentId === undefined ? {} : { parentId })
      return span
    }
    await sender.send([bare('top', undefined), bare('middle', 'top'), call('leaf', { parentId: 'middle' })])
    await sender.send([call('middle')])
    expect(await totals(sender)).toMatchObject({ llmCalls: 1, shadowedCalls: 2, costUsd: '0.003500000' })
    await expectCleanRecount(pool)
  })

  test('a turn stays failed exactly as long as a root or orphan of it is an error', async () => {
    const sender = await makeSender()
    await sender.send([call('child', { parentId: 'root', status: 'error', kind: 'tool', name: 'lookup' })])
    expect(await totals(sender)).toMatchObject({ turns: 1, turnErrors: 1 })
    await sender.send([call('root', { kind: 'agent' })])
    expect(await totals(sender)).toMatchObject({ turns: 1, turnErrors: 0 })
    await expectCleanRecount(pool)
  })
})

describe('cost', () => {
  test('C3: reasoning tokens are part of the output: 210 with 192 of reasoning is priced as 210', async () => {
    const sender = await makeSender()
    await sender.send([call('a', { usage: { inputTokens: 100, outputTokens: 210, reasoningTokens: 192 } })])
    expect((await stored(sender, 'a')).cost).toBe(String(100 * 2_500 + 210 * 10_000))
  })

  test('C6: units without a price make the cost unknown, or reported where the provider says it; never silently low', async () => {
    const sender = await makeSender()
    const usage = { inputTokens: 1_000, outputTokens: 100, audioInputTokens: 900 }
    await sender.send([call('unknown', { usage }), call('billed', { usage, costUsd: '0.5', traceId: 't2' })])
    expect(await stored(sender, 'unknown')).toMatchObject({ state: 'unknown', cost: null })
    expect(await stored(sender, 'billed')).toMatchObject({ state: 'reported', cost: '500000000' })
    expect(await totals(sender)).toMatchObject({ costUsd: '0.500000000', unknownCostCalls: 1, llmCalls: 2 })
  })

  test('C7: details that overlap never exceed the input: such a usage is rejected with its path', async () => {
    const sender = await makeSender()
    const usage = { inputTokens: 1_000, outputTokens: 1, cacheReadTokens: 600, cacheWriteTokens: 500 }
    const answer = await sender.send([call('a', { usage }), call('b')])
    expect(answer).toMatchObject({ accepted: 1, rejected: [{ index: 0, id: 'a', path: 'usage.inputTokens' }] })
  })

  test('C9: the reported cost wins, and the computed one stands beside it', async () => {
    const sender = await makeSender()
    await sender.send([call('a', { costUsd: '0.002' })])
    expect(await stored(sender, 'a')).toMatchObject({ state: 'reported', cost: '2000000', computed: '3500000' })
    expect(await totals(sender)).toMatchObject({ reportedUsd: '0.002000000', computedUsd: '0.003500000' })
  })

  test('C10: a span priced by an older book keeps its cost and rate, whatever arrives around it later', async () => {
    const sender = await makeSender()
    const { endedAt: _endedAt, ...open } = call('a')
    await sender.send([open])
    // As an older book would have left it; totals follow, so that the recount stays clean.
    const older = [{ input_mtok: 5, output_mtok: 20 }, 'genai-prices@0.0.1:openai/gpt-4o', 7_000_000, sender.team.id]
    await pool.query(
      `UPDATE span SET price_rates = $1, price_source = $2, cost_computed_nano_usd = $3, cost_nano_usd = $3 WHERE team_id = $4`,
      older,
    )
    await sender.send([
      call('a'),
      call('b', { parentId: 'a', kind: 'tool', name: 'lookup' }),
      call('root', { kind: 'agent' }),
    ])
    expect(await stored(sender, 'a')).toMatchObject({ cost: '7000000', rates: { input_mtok: 5, output_mtok: 20 } })
  })
})
