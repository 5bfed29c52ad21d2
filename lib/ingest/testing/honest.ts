import type pg from 'pg'
import { expect } from 'vitest'
import { settleDueAggregates } from '@/lib/ingest/aggregates'
import { commitItems } from '@/lib/ingest/commit'
import type { Item } from '@/lib/ingest/items'
import type { Generated } from '@/lib/ingest/testing/generate'
import { Random } from '@/lib/ingest/testing/random'
import { sumUp, type Sums } from '@/lib/ingest/testing/sum-up'
import type { WireEvent } from '@/lib/ingest/testing/wire-events'
import { recount } from '@/lib/metrics/recount'

/** Every event on its own, in any order: the whole ones, the early partial copies, and 20 % of all a second time. */
export const arrivals = ({ events, partial }: Generated, seed: number): WireEvent[] => {
  const random = new Random(seed)
  const all = [...events, ...partial]
  return random.shuffle([...all, ...all.filter(() => random.chance(0.2))])
}

/** Takes the work in order, as many at once as there are callers; the first failure is thrown after all have stopped. */
export const byCallers = async <T>(
  callers: number,
  work: readonly T[],
  run: (one: T, caller: number) => Promise<void>,
): Promise<void> => {
  let next = 0
  const call = async (caller: number): Promise<void> => {
    while (next < work.length) {
      const one = work[next++]
      if (one !== undefined) await run(one, caller)
    }
  }
  const done = await Promise.allSettled(Array.from({ length: callers }, (_, caller) => call(caller)))
  for (const result of done) if (result.status === 'rejected') throw result.reason
}

/** Commits the items from several callers, in transactions of up to `largest` items each. */
export const commitFrom = (
  pool: pg.Pool,
  teamId: string,
  items: readonly Item[],
  { callers = 16, largest = 1, seed = 1 }: { callers?: number; largest?: number; seed?: number } = {},
): Promise<void> => {
  const random = new Random(seed)
  const parcels: Item[][] = []
  for (let i = 0; i < items.length;) {
    const parcel = items.slice(i, i + random.int(1, largest))
    parcels.push(parcel)
    i += parcel.length
  }
  return byCallers(callers, parcels, async (parcel) => {
    for (const result of await commitItems(pool, teamId, parcel, new Date())) {
      if (typeof result === 'object') throw new Error(result.message)
    }
  })
}

/** Stored totals equal the plain recount, and states, costs and roll-ups what the oracle says of the events. */
export const expectHonest = async (pool: pg.Pool, teamId: string, events: readonly WireEvent[]): Promise<void> => {
  await expectCleanRecount(pool)
  // The worker's turn, once everything is silent.
  await settleDueAggregates(pool, new Date(Date.now() + 3_600_000))
  const { verdicts, rows } = sumUp(events)
  const expected = new Map(
    verdicts.map(({ s, state, cost, isTop }) => [`${s.traceId} ${s.id}`, { state, cost, isTop }]),
  )
  expectSame(await storedSpans(pool, teamId), expected)
  expectSame(await storedRows(pool, teamId), rows)
}

export const expectCleanRecount = async (pool: pg.Pool): Promise<void> => {
  const results = await recount(pool)
  expect(results.filter(({ mismatches }) => mismatches.length > 0).map(shorten)).toEqual([])
}

const shorten = ({ table, mismatches }: { table: string; mismatches: readonly unknown[] }) => ({
  table,
  count: mismatches.length,
  first: mismatches.slice(0, 5),
})

/** As toEqual, but shows the first differences of thousands. */
const expectSame = <T>(actual: ReadonlyMap<string, T>, expected: ReadonlyMap<string, T>): void => {
  const differences = [...new Set([...actual.keys(), ...expected.keys()])].flatMap((key) => {
    const [stored, told] = [JSON.stringify(actual.get(key)), JSON.stringify(expected.get(key))]
    return stored === told ? [] : [{ key, stored, told }]
  })
  expect({ count: differences.length, first: differences.slice(0, 5) }).toEqual({ count: 0, first: [] })
}

type SpanResult = { state: string | null; cost: number | null; isTop: boolean }
const storedSpans = async (pool: pg.Pool, teamId: string): Promise<Map<string, SpanResult>> => {
  const { rows } = await pool.query<{
    trace: string
    span: string
    state: string | null
    cost: string | null
    top: boolean
  }>(
    'SELECT trace_id AS trace, span_id AS span, cost_state AS state, cost_nano_usd::text AS cost, top FROM span WHERE team_id = $1',
    [teamId],
  )
  return new Map(
    rows.map(({ trace, span, state, cost, top }) => [
      `${trace} ${span}`,
      { state, cost: cost === null ? null : Number(cost), isTop: top },
    ]),
  )
}

const COHORT = [
  'interactions', 'turns', 'with_outcome', 'resolved', 'escalated', 'contained', 'csat_sum', 'spans', 'llm_calls', 'llm_errors',
  'unknown_cost_calls', 'unknown_usage_calls', 'shadowed_calls', 'duplicate_calls', 'cost_nano_usd', 'unattributed_cost_nano_usd',
  'input_tokens', 'output_tokens', 'cache_read_tokens', 'reasoning_tokens', 'tool_calls', 'tool_errors',
  'unknown_duration_spans',
] // prettier-ignore
const SPEND = ['llm_calls', 'unknown_cost_calls', 'cost_nano_usd', 'input_tokens', 'output_tokens']

/** The roll-ups under the keys of `sumUp`; rows of zeros left out, as there. */
const storedRows = async (pool: pg.Pool, teamId: string): Promise<Map<string, Sums>> => {
  const stored = new Map<string, Sums>()
  for (const [clock, table, columns] of [
    ['cohort', 'rollup_cohort', COHORT],
    ['calendar', 'rollup_spend', SPEND],
  ] as const) {
    const { rows } = await pool.query<Record<string, string>>(
      `SELECT concat_ws('|', '${clock}', to_char(r.hour AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24'), s.agent, s.release, s.workflow,
         s.segment, s.dim_set, CASE WHEN s.dim_set IN (1, 3, 9) THEN s.model END,
         CASE WHEN s.dim_set IN (2, 3, 9) THEN s.prompt_name END, CASE WHEN s.dim_set IN (2, 3, 9) THEN s.prompt_version END,
         CASE WHEN s.dim_set = 4 THEN s.tool END) AS key, ${columns.map((c) => `r.${c}::text`).join(', ')}
       FROM ${table} r JOIN series s ON s.team_id = r.team_id AND s.id = r.series_id WHERE r.team_id = $1`,
      [teamId],
    )
    for (const row of rows) {
      const sums = columns.map((column): [string, number] => [column, Number(row[column])]).filter(([, n]) => n !== 0)
      if (sums.length > 0) stored.set(String(row['key']), sorted(Object.fromEntries(sums)))
    }
  }
  return stored
}

export const sorted = (sums: Sums): Sums => Object.fromEntries(Object.entries(sums).sort())
