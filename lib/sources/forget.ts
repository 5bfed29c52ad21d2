import 'server-only'
import type { Pool } from 'pg'

const KEPT_DAYS = 30
/** Rows of one round of the worker; the next round goes on. */
const ROWS_MAX = 1_000

/** Takes away sources that have sent nothing for 30 days. Answers how many went. */
export const forgetSources = async (owner: Pool, now: Date): Promise<number> => {
  const { rowCount } = await owner.query(
    `DELETE FROM source WHERE (team_id, id) IN (
  SELECT team_id, id FROM source WHERE last_seen_at < $1::timestamptz - make_interval(days => $2) LIMIT $3 FOR UPDATE SKIP LOCKED)`,
    [now, KEPT_DAYS, ROWS_MAX],
  )
  return rowCount ?? 0
}
