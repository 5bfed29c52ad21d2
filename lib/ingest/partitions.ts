import 'server-only'
import type { Pool } from 'pg'
import { log } from '@/lib/core/log'

/** Ranges of days that this process has seen a partition for. A dropped one is found out by the insert that fails. */
let ranges: { from: string; to: string }[] = []

export const forgetPartitions = (): void => {
  ranges = []
}

/**
 * Makes sure every day has a partition, before the ingest transaction begins: making one inside it would hold its locks
 * until the batch is through. Days are `YYYY-MM-DD`; retried a few times, because attaching waits at most 2 s for its lock.
 */
export const ensurePartitions = async (pool: Pool, days: Iterable<string>): Promise<void> => {
  for (const day of [...new Set(days)].sort()) {
    if (ranges.some((range) => day >= range.from && day < range.to)) continue
    ranges.push(await ensureOne(pool, day))
  }
}

const ATTEMPTS = 5

const ensureOne = async (pool: Pool, day: string): Promise<{ from: string; to: string }> => {
  for (let attempt = 1; ; attempt++) {
    try {
      const { rows } = await pool.query<{ from: string; to: string }>(
        'SELECT from_day::text AS from, to_day::text AS to FROM ensure_span_partition($1::date)',
        [day],
      )
      const range = rows[0]
      if (!range) throw new Error(`no partition for ${day}`)
      return range
    } catch (error) {
      if (attempt >= ATTEMPTS || !isLockTimeout(error)) throw error
      log.warn({ err: error, day, attempt }, 'partition could not be attached yet')
    }
  }
}

const isLockTimeout = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && (error.code === '55P03' || error.code === '40P01')
