import type pg from 'pg'
import { PREPARE } from '@/lib/metrics/recount-sql'
import { COMPARISONS, PREPARE_SUMS, type Comparison } from '@/lib/metrics/recount-tables'

export type Mismatch = { key: string; stored: string; recounted: string }
export type TableRecount = { table: string; rows: number; mismatches: Mismatch[] }

/**
 * Compares every total and roll-up with a plain recount over stored spans, turns and interactions, in one snapshot that
 * leaves nothing behind. A row of zeros equals a missing one. Where retention is on, only what cannot have been dropped
 * yet is compared. At most 1,000 mismatches a table are listed.
 */
export async function recount(pool: pg.Pool): Promise<TableRecount[]> {
  const client = await pool.connect()
  try {
    // Not read-only, for the temporary tables; rolled back in any case.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await client.query("SET LOCAL statement_timeout = 0; SET LOCAL TimeZone = 'UTC'; SET LOCAL jit = off")
    for (const sql of [...PREPARE, ...PREPARE_SUMS]) await client.query(sql)
    const since = await keptSince(client)
    const results: TableRecount[] = []
    for (const comparison of COMPARISONS) results.push(await compare(client, comparison, since))
    return results
  } finally {
    await client.query('ROLLBACK').catch(() => {})
    client.release()
  }
}

/** Spans that start after it were received after it, so retention cannot have dropped them. */
const keptSince = async (client: pg.PoolClient): Promise<string> => {
  const { rows } = await client.query<{ since: string }>(
    `SELECT coalesce(now() - retention_span_days * interval '1 day' + interval '2 days', '-infinity')::text AS since
     FROM platform_setting`,
  )
  return rows[0]?.since ?? '-infinity'
}

const compare = async (client: pg.PoolClient, comparison: Comparison, since: string): Promise<TableRecount> => {
  const { table, columns, stored, recounted, absent } = comparison
  const zero = absent === 'zero' ? `array_fill('0'::text, ARRAY[${columns.length}])` : 'NULL::text[]'
  const { rows } = await client.query<{ key: string; stored: string[] | null; recounted: string[] | null }>(
    `WITH s AS MATERIALIZED (${stored}), r AS MATERIALIZED (${recounted})
     SELECT key, coalesce(s.v, ${zero}) AS stored, coalesce(r.v, ${zero}) AS recounted FROM s FULL JOIN r USING (key)
     WHERE coalesce(s.v, ${zero}) IS DISTINCT FROM coalesce(r.v, ${zero})
       AND coalesce(s.at, r.at, 'infinity') >= $1::timestamptz ORDER BY key LIMIT 1000`,
    [since],
  )
  const count = await client.query<{ n: string }>(`SELECT count(*) AS n FROM (${stored}) s`)
  const mismatches = rows.map((row) => {
    const differing = columns.flatMap((_, i) => (row.stored?.[i] === row.recounted?.[i] ? [] : [i]))
    const show = (values: string[] | null): string =>
      values === null ? 'no row' : differing.map((i) => `${columns[i]} ${values[i]}`).join(', ')
    return { key: row.key, stored: show(row.stored), recounted: show(row.recounted) }
  })
  return { table, rows: Number(count.rows[0]?.n ?? 0), mismatches }
}
