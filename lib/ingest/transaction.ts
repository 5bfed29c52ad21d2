import 'server-only'
import type { Pool, PoolClient } from 'pg'
import { isDatabaseAway } from '@/lib/core/database-away'
import { DomainError } from '@/lib/core/errors'
import { inTransaction } from '@/lib/core/sql'

/** Serialisation failures and deadlocks are tried again this often; then the sender is asked to come back. */
const RETRIES = 3

/**
 * Runs the work in a transaction: everything or nothing. Deadlocks, serialisation failures and what `mend` takes care of
 * (answering true) start it again, a few times. Throws `unavailable` when the database is away or keeps refusing.
 */
export const retried = async <T>(
  pool: Pool,
  work: (client: PoolClient) => Promise<T>,
  mend: (code: string | undefined) => Promise<boolean> = () => Promise.resolve(false),
): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await inTransaction(pool, work)
    } catch (error) {
      const code = sqlState(error)
      if (attempt <= RETRIES && (code === '40P01' || code === '40001' || (await mend(code)))) continue
      if (attempt > RETRIES || isDatabaseAway(error)) {
        throw new DomainError('unavailable', 'The data could not be stored now. Send it again.', {
          cause: error,
          retryAfterSec: 2,
        })
      }
      throw error
    }
  }
}

const sqlState = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
