import 'server-only'
import type pg from 'pg'

/** A pool, or a client that is inside a transaction of the caller. */
export type Queryable = pg.Pool | pg.PoolClient

/** A statement as a pure function builds it: `$1`, `$2`, … and their values. */
export type Sql = { text: string; values: unknown[] }

/** Runs `work` in a transaction of its own on a pool, or in the caller's on a client. */
export const inTransaction = async <T>(db: Queryable, work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
  if ('release' in db) return work(db)
  const client = await db.connect()
  try {
    await client.query('BEGIN')
    const value = await work(client)
    await client.query('COMMIT')
    client.release()
    return value
  } catch (error) {
    // A connection that cannot even roll back is not given to the next caller.
    await client.query('ROLLBACK').then(
      () => client.release(),
      (cause: unknown) => client.release(cause instanceof Error ? cause : true),
    )
    throw error
  }
}
