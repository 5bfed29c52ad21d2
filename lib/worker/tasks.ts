import 'server-only'
import type { Pool } from 'pg'
import type { TaskList } from 'graphile-worker'
import { clearPastAttempts } from '@/lib/auth/attempts'
import { systemClock } from '@/lib/core/clock'
import { settleDueAggregates } from '@/lib/ingest/aggregates'
import { applyRetention } from '@/lib/retention/apply'
import { forgetSources } from '@/lib/sources/forget'

/** Background jobs. Each is safe to run twice and at any time; graphile-worker sees that two replicas never run one at once. */
export const taskList = (owner: Pool): TaskList => ({
  partitions: () => preparePartitions(owner, systemClock()),
  retention: async () => {
    await applyRetention(owner, systemClock())
  },
  aggregates: async () => {
    await settleDueAggregates(owner, systemClock())
  },
  cleanup: () => cleanUp(owner, systemClock()),
})

/** UTC; `?jobKey` keeps one of each waiting however long the worker was away. */
export const CRONTAB = `
* * * * * aggregates ?jobKey=aggregates
7 * * * * partitions ?jobKey=partitions
23 3 * * * retention ?jobKey=retention
41 * * * * cleanup ?jobKey=cleanup
`

const DAY_MS = 86_400_000
const DAYS_AHEAD = 2

/** Today's partition and the next two days', and this and the next month of audit texts, before anybody needs them. */
export const preparePartitions = async (owner: Pool, now: Date): Promise<void> => {
  for (let ahead = 0; ahead <= DAYS_AHEAD; ahead++) {
    const day = new Date(now.getTime() + ahead * DAY_MS).toISOString().slice(0, 10)
    await owner.query('SELECT ensure_span_partition($1::date)', [day])
  }
  for (const days of [0, 31]) {
    const day = new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10)
    await owner.query('SELECT ensure_audit_partition($1::date)', [day])
  }
}

/** Rows that only served to count within a window, or sessions that ended long ago. */
const cleanUp = async (owner: Pool, now: Date): Promise<void> => {
  await forgetSources(owner, now)
  await owner.query("DELETE FROM ingest_minute WHERE minute < $1::timestamptz - interval '1 hour'", [now])
  await clearPastAttempts(now)
  await owner.query("DELETE FROM registration_day WHERE day < ($1::timestamptz AT TIME ZONE 'UTC')::date - 7", [now])
  await owner.query("DELETE FROM session WHERE expires_at < $1::timestamptz - interval '30 days'", [now])
}
