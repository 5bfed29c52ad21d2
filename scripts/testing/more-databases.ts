// For tests that need more than the database of their file.
import { inject } from 'vitest'
// @ts-expect-error plain JavaScript without declarations; typed by the functions below
import { createTestDatabase, startThrowaway } from '../lib/test-server.mjs'

export interface TestDatabase {
  name: string
  env: { DATABASE_URL: string; DATABASE_OWNER_URL: string }
  drop: () => Promise<void>
}

/** One more migrated, empty database on the same server. */
export const anotherDatabase = (): Promise<TestDatabase> => createTestDatabase(inject('signalboxTestServer' as never))

export interface ThrowawayPostgres {
  server: { pid: number; port: number; isAlive: () => boolean }
  /** On database `postgres`; the owner may create databases. */
  ownerUrl: string
  appUrl: string
  startAgain: () => Promise<{ pid: number; port: number }>
  close: () => Promise<void>
}

/** A server of its own that a test may kill and start again. Close it in `afterAll`. */
export const throwawayPostgres = (): Promise<ThrowawayPostgres> => startThrowaway()
