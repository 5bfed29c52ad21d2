import 'server-only'
import type { PoolClient } from 'pg'
import { requirePermission } from '@/lib/core/mutation'
import type { KeyCtx, SessionCtx } from '@/lib/auth/caller'
import type { Ctx } from '@/lib/core/context'
import { pool } from '@/lib/core/db'
import { DomainError, notFound } from '@/lib/core/errors'
import { LATENCY } from '@/lib/ingest/rollup-rules'
import { dimSetOf, emptySums, measuresOf, rangeOf, type Sums } from '@/lib/metrics/rules'
import { MAX_ROWS, type Dimension, type MetricsAnswer, type MetricsQuery, type MetricsRow } from '@/lib/metrics/schema'
import {
  cohortSums,
  latencyCounts,
  MAX_BUCKETS,
  openInteractions,
  spendSums,
  tellsUsers,
  userCounts,
  windowCounts,
  type Grouping,
  type Row,
} from '@/lib/metrics/sql'

/** Which teams a caller may see in one answer. */
export type TeamScope = { id: string; slug: string }[]

/**
 * Metrics over roll-ups, one snapshot for rows and totals. Reads rollup_cohort, rollup_spend, rollup_latency,
 * rollup_window, user_day and, for interactions that are still open, interaction and agent.
 */
export const metrics = async (ctx: Ctx, teams: TeamScope, query: MetricsQuery): Promise<MetricsAnswer> => {
  requirePermission(ctx, 'telemetry:read')
  const range = rangeOf(query, ctx.now)
  const rowGrouping: Grouping = grouping(query.by, query.interval, query, teams, range, ctx.now)
  const totalGrouping: Grouping = grouping([], 'none', query, teams, range, ctx.now)
  const client = await pool().connect()
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const rows = await sumsByGroup(client, rowGrouping)
    const totals = query.by.length === 0 && query.interval === 'none' ? rows : await sumsByGroup(client, totalGrouping)
    await client.query('COMMIT')
    client.release()
    const slugs = new Map(teams.map((team) => [team.id, team.slug]))
    return {
      rows: [...rows.values()].map((group) => toRow(group, query, slugs)).sort(byBucketThenKeys),
      totals: measuresOf([...totals.values()][0]?.sums ?? emptySums(tellsUsers(totalGrouping))),
      range: { from: range.from.toISOString(), to: range.to.toISOString() },
      asOf: ctx.now.toISOString(),
    }
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => client.release(),
      () => client.release(true),
    )
    throw error
  }
}

const grouping = (
  by: readonly Dimension[],
  interval: MetricsQuery['interval'],
  query: MetricsQuery,
  teams: TeamScope,
  range: { from: Date; to: Date },
  now: Date,
): Grouping => ({ by, interval, query, teamIds: teams.map((team) => team.id), range, now, dimSet: dimSetOf(by, query) })

type Group = { keys: Row; sums: Sums }

const sumsByGroup = async (client: PoolClient, grouping: Grouping): Promise<Map<string, Group>> => {
  const groups = new Map<string, Group>()
  const keyOf = (row: Row): string =>
    JSON.stringify([row.bucket, ...keyColumns(grouping.by).map((column) => row[column])])
  const group = (row: Row): Sums => {
    const key = keyOf(row)
    let found = groups.get(key)
    if (!found) {
      if (groups.size >= MAX_ROWS) throw tooManyRows()
      groups.set(key, (found = { keys: row, sums: emptySums(tellsUsers(grouping)) }))
    }
    return found.sums
  }
  const big = (value: unknown): bigint => BigInt(String(value ?? 0))

  for (const row of await cohortSums(client, grouping)) {
    const sums = group(row)
    for (const [name, value] of Object.entries(row))
      if (name.startsWith('sum_')) sums.cohort[name.slice(4)] = big(value)
  }
  for (const row of await spendSums(client, grouping)) {
    group(row).spend = { cost: big(row.cost), calls: big(row.calls), unknown: big(row.unknown) }
  }
  for (const row of await openInteractions(client, grouping)) group(row).open = big(row.n)
  const latencies = await latencyCounts(client, grouping)
  if (latencies.length > MAX_BUCKETS) throw tooManyRows()
  for (const row of latencies) {
    const { latency } = group(row)
    const counts =
      row.measure === LATENCY.turn ? latency.turn : row.measure === LATENCY.llm ? latency.llm : latency.tool
    counts.set(Number(row.latency_bucket), Number(row.n))
  }
  for (const row of await windowCounts(client, grouping)) {
    group(row).windows = { withTraffic: big(row.with_traffic), available: big(row.available) }
  }
  for (const row of await userCounts(client, grouping)) {
    // Users are told by the day: those of other hours of it make no row of their own.
    const found = groups.get(keyOf(row))
    if (found) found.sums.users = { all: big(row.users), returning: big(row.returning) }
  }
  return groups
}

const tooManyRows = (): DomainError =>
  new DomainError(
    'bad_request',
    `by: more than ${MAX_ROWS} rows. Ask for a shorter range, fewer dimensions or interval=day.`,
  )

const keyColumns = (by: readonly Dimension[]): string[] =>
  by.flatMap((dimension) => (dimension === 'promptVersion' ? ['prompt_name', 'prompt_version'] : [dimension]))

const toRow = (group: Group, query: MetricsQuery, slugs: ReadonlyMap<string, string>): MetricsRow => {
  const keys: Record<string, string | null> = {}
  const named = (value: unknown): string | null => (value === '' || value == null ? null : String(value))
  for (const dimension of query.by) {
    if (dimension === 'team') keys.team = slugs.get(String(group.keys.team)) ?? null
    else if (dimension === 'promptVersion') {
      keys.promptName = named(group.keys.prompt_name)
      keys.promptVersion = named(group.keys.prompt_version)
    } else keys[dimension] = named(group.keys[dimension])
  }
  return { keys, bucket: typeof group.keys.bucket === 'string' ? group.keys.bucket : null, ...measuresOf(group.sums) }
}

const byBucketThenKeys = (a: MetricsRow, b: MetricsRow): number => {
  const [left, right] = [a, b].map((row) => JSON.stringify([row.bucket, ...Object.values(row.keys)]))
  return left === undefined || right === undefined || left === right ? 0 : left < right ? -1 : 1
}

/** Teams in one answer at most; a platform with more asks team by team. */
const MAX_TEAMS = 1_000

/**
 * The teams an answer covers: a key's own; the one a person acts in; every team when somebody with a platform role
 * groups by team without naming one. A key that names another team gets the same 404 as for one that does not exist.
 */
export const teamScope = async (ctx: KeyCtx | SessionCtx, query: MetricsQuery): Promise<TeamScope> => {
  if (ctx.actor.type === 'key') {
    if (query.team !== undefined && ctx.team && query.team !== ctx.team.slug && query.team !== ctx.team.id)
      throw notFound()
  } else if (
    'person' in ctx &&
    ctx.person.platformRole !== null &&
    query.by.includes('team') &&
    query.team === undefined
  ) {
    const { rows } = await pool().query<{ id: string; slug: string }>(
      'SELECT id, slug FROM team ORDER BY name, id LIMIT $1',
      [MAX_TEAMS],
    )
    return rows
  }
  return ctx.team ? [{ id: ctx.team.id, slug: ctx.team.slug }] : []
}
