import 'server-only'
import type { PoolClient } from 'pg'
import { COHORT_MEASURES } from '@/lib/ingest/rollup-rules'
import { MAX_ROWS, type Dimension, type MetricsQuery } from '@/lib/metrics/schema'

/** The statements behind `metrics`: one per roll-up table, all grouped the same way. */
export type Grouping = {
  by: readonly Dimension[]
  interval: MetricsQuery['interval']
  query: MetricsQuery
  teamIds: readonly string[]
  range: { from: Date; to: Date }
  now: Date
  dimSet: 0 | 1 | 2 | 3 | 4
}
export type Row = Record<string, unknown>

const INTERACTION_DIMENSIONS = ['agent', 'release', 'workflow', 'segment'] as const

const utc = (column: string): string => `${column} AT TIME ZONE 'UTC'`

/** Collects values and their `$n`. */
class Values {
  readonly list: unknown[] = []
  add(value: unknown): string {
    this.list.push(value)
    return `$${this.list.length}`
  }
}

/** `SELECT` list and `GROUP BY` of a grouping, given where a dimension and the time (a UTC timestamp) are found. */
const groups = (
  grouping: Grouping,
  column: (name: string) => string,
  time: string,
): { select: string; by: string[] } => {
  const names = grouping.by.flatMap((dimension) =>
    dimension === 'promptVersion' ? ['prompt_name', 'prompt_version'] : [dimension],
  )
  const parts = names.map((name) => ({ expression: column(name), name }))
  const bucket =
    grouping.interval === 'none'
      ? 'NULL::text'
      : `to_char(date_trunc('${grouping.interval === 'day' ? 'day' : 'hour'}', ${time}), 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`
  const select = [`${bucket} AS bucket`, ...parts.map(({ expression, name }) => `${expression} AS ${name}`)].join(', ')
  const by = [...(grouping.interval === 'none' ? [] : [bucket]), ...parts.map(({ expression }) => expression)]
  return { select, by }
}

const groupBy = (by: readonly string[]): string => (by.length > 0 ? `GROUP BY ${by.join(', ')}` : '')

/** One more than an answer may hold, so that the caller can tell that there are more. */
const GROUPS = `LIMIT ${MAX_ROWS + 1}`
/** Buckets of all groups together: what one answer may take of memory. */
export const MAX_BUCKETS = 1_000_000

const filters = (
  grouping: Grouping,
  values: Values,
  column: (name: string) => string,
  spanDimensions: boolean,
): string => {
  const { query } = grouping
  const parts = INTERACTION_DIMENSIONS.flatMap((dimension) => {
    const wanted = query[dimension]
    return wanted === undefined ? [] : [`${column(dimension)} = ANY(${values.add(wanted)}::text[])`]
  })
  if (spanDimensions) {
    const one = {
      model: query.model,
      prompt_name: query.promptName,
      prompt_version: query.promptVersion,
      tool: query.tool,
    }
    for (const [name, wanted] of Object.entries(one)) {
      if (wanted !== undefined) parts.push(`${column(name)} = ${values.add(wanted)}`)
    }
  }
  return parts.map((part) => ` AND ${part}`).join('')
}

/** A roll-up joined to its series; `r` and `s`. */
const fromSeries = (grouping: Grouping, values: Values, table: string, time: string, dimSet: number): string =>
  `FROM ${table} r JOIN series s ON s.team_id = r.team_id AND s.id = r.series_id
   WHERE r.team_id = ANY(${values.add(grouping.teamIds)}::text[]) AND r.${time} >= ${values.add(grouping.range.from)}
     AND r.${time} < ${values.add(grouping.range.to)} AND s.dim_set = ${values.add(dimSet)}${filters(grouping, values, ofSeries, true)}`

const ofSeries = (name: string): string => (name === 'team' ? 'r.team_id' : `s.${name}`)

const run = async (client: PoolClient, text: string, values: Values): Promise<Row[]> =>
  (await client.query<Row>(text, values.list)).rows

const COHORT_SUMS = Object.values(COHORT_MEASURES)
  .map((column) => `sum(r.${column})::text AS sum_${column}`)
  .join(', ')

export const cohortSums = (client: PoolClient, grouping: Grouping): Promise<Row[]> => {
  const values = new Values()
  const { select, by } = groups(grouping, ofSeries, utc('r.hour'))
  const from = fromSeries(grouping, values, 'rollup_cohort', 'hour', grouping.dimSet)
  // Rows whose interactions and spans have all moved elsewhere stay in the table as zeros; they are no group.
  return run(
    client,
    `SELECT ${select}, ${COHORT_SUMS} ${from} ${groupBy(by)} HAVING sum(r.interactions) <> 0 OR sum(r.spans) <> 0 ${GROUPS}`,
    values,
  )
}

export const spendSums = async (client: PoolClient, grouping: Grouping): Promise<Row[]> => {
  if (grouping.dimSet === 4) return [] // tools cost nothing by themselves
  const values = new Values()
  const { select, by } = groups(grouping, ofSeries, utc('r.hour'))
  const from = fromSeries(grouping, values, 'rollup_spend', 'hour', 9)
  return run(
    client,
    `SELECT ${select}, sum(r.cost_nano_usd)::text AS cost, sum(r.llm_calls)::text AS calls,
       sum(r.unknown_cost_calls)::text AS unknown ${from} ${groupBy(by)} HAVING sum(r.llm_calls) <> 0 ${GROUPS}`,
    values,
  )
}

export const latencyCounts = (client: PoolClient, grouping: Grouping): Promise<Row[]> => {
  const values = new Values()
  const { select, by } = groups(grouping, ofSeries, utc('r.hour'))
  const from = fromSeries(grouping, values, 'rollup_latency', 'hour', grouping.dimSet)
  return run(
    client,
    `SELECT ${select}, r.measure, r.bucket AS latency_bucket, sum(r.n)::text AS n ${from}
     ${groupBy([...by, 'r.measure', 'r.bucket'])} HAVING sum(r.n) > 0 LIMIT ${MAX_BUCKETS + 1}`,
    values,
  )
}

/** Availability exists per interaction dimension only: windows are kept for grouping set 0. */
export const windowCounts = async (client: PoolClient, grouping: Grouping): Promise<Row[]> => {
  if (grouping.dimSet !== 0) return []
  const values = new Values()
  const inner = groups(grouping, ofSeries, utc('r.window_start'))
  const from = fromSeries(grouping, values, 'rollup_window', 'window_start', 0)
  const names = ['bucket', ...grouping.by.flatMap((dimension) => (dimension === 'promptVersion' ? [] : [dimension]))]
  return run(
    client,
    `SELECT ${names.join(', ')}, count(*)::text AS with_traffic,
       count(*) FILTER (WHERE failed * 2 < turns)::text AS available
     FROM (SELECT ${inner.select}, sum(r.turns) AS turns, sum(r.turns_failed) AS failed ${from}
           ${groupBy([...inner.by, 'r.window_start'])} HAVING sum(r.turns) > 0) w
     GROUP BY ${names.join(', ')} ${GROUPS}`,
    values,
  )
}

/**
 * Interactions without an outcome and not past their agent's idle limit. Every other one of the roll-ups is closed: by
 * its outcome, or by the clock (then abandoned), also when retention has taken its row since.
 */
export const openInteractions = (client: PoolClient, grouping: Grouping): Promise<Row[]> => {
  const values = new Values()
  const perSpan = grouping.dimSet !== 0
  const column = (name: string): string => {
    if (name === 'team') return 'i.team_id'
    return ['agent', 'release', 'workflow', 'segment'].includes(name) ? `coalesce(i.${name}, '')` : `t.${name}`
  }
  const { select, by } = groups(grouping, column, utc('i.started_hour'))
  const total = perSpan
    ? `JOIN interaction_total t ON t.team_id = i.team_id AND t.interaction_id = i.id AND t.dim_set = ${values.add(grouping.dimSet)}`
    : ''
  return run(
    client,
    `SELECT ${select}, count(*)::text AS n
     FROM interaction i ${total} LEFT JOIN agent a ON a.team_id = i.team_id AND a.name = i.agent
     WHERE i.team_id = ANY(${values.add(grouping.teamIds)}::text[]) AND i.result IS NULL
       AND i.started_hour >= ${values.add(grouping.range.from)} AND i.started_hour < ${values.add(grouping.range.to)}
       AND i.last_event_at > ${values.add(grouping.now)}::timestamptz - make_interval(secs => coalesce(a.idle_limit_sec, 86400))
       ${filters(grouping, values, column, perSpan)} ${groupBy(by)} HAVING count(*) > 0 ${GROUPS}`,
    values,
  )
}

/** Distinct users exist per team and agent only, by UTC day. */
export const tellsUsers = (grouping: Grouping): boolean => {
  const { query } = grouping
  const other = grouping.by.some((dimension) => dimension !== 'team' && dimension !== 'agent')
  const filtered = [query.release, query.workflow, query.segment].some((value) => value !== undefined)
  return !other && !filtered && grouping.dimSet === 0 && grouping.interval !== 'hour'
}

export const userCounts = async (client: PoolClient, grouping: Grouping): Promise<Row[]> => {
  if (!tellsUsers(grouping)) return []
  const values = new Values()
  const column = (name: string): string => (name === 'team' ? 'u.team_id' : `u.${name}`)
  const inner = groups(grouping, column, 'u.day::timestamp')
  const names = ['bucket', ...grouping.by]
  return run(
    client,
    `SELECT ${names.join(', ')}, count(*)::text AS users, count(*) FILTER (WHERE days > 1)::text AS returning
     FROM (SELECT ${inner.select}, u.user_id, count(DISTINCT u.day) AS days FROM user_day u
           WHERE u.team_id = ANY(${values.add(grouping.teamIds)}::text[]) AND u.interactions > 0
             AND u.day >= (${values.add(grouping.range.from)}::timestamptz AT TIME ZONE 'UTC')::date
             AND u.day <= ((${values.add(grouping.range.to)}::timestamptz - interval '1 microsecond') AT TIME ZONE 'UTC')::date
             ${filters(grouping, values, column, false)}
           ${groupBy([...inner.by, 'u.user_id'])}) u
     GROUP BY ${names.join(', ')} ${GROUPS}`,
    values,
  )
}
