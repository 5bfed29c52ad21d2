import 'server-only'
import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { env } from '@/lib/core/env'
import { PrismaClient } from '@/lib/core/generated/prisma/client'

/**
 * Two doors to one Postgres: Prisma for the house (people, agents, keys), the plain pool with typed SQL for hot paths
 * (ingest, roll-ups, metrics). Kept on `globalThis` so that a development reload does not leak connections.
 */
const doors: { pool?: pg.Pool; prisma?: PrismaClient } = ((
  globalThis as unknown as { signalboxDb?: { pool?: pg.Pool; prisma?: PrismaClient } }
).signalboxDb ??= {})

export type Tx = Parameters<Parameters<PrismaClient['$transaction']>[0]>[0]

const poolOptions = (max: number): pg.PoolConfig => ({
  connectionString: env().DATABASE_URL,
  max,
  connectionTimeoutMillis: 5_000,
  idleTimeoutMillis: 30_000,
  // A dead server must not hang a request for ever; no single statement of ours may run longer.
  statement_timeout: 30_000,
  query_timeout: 35_000,
})

export const pool = (): pg.Pool => {
  if (!doors.pool) {
    doors.pool = new pg.Pool(poolOptions(env().SIGNALBOX_POOL_MAX))
    // An idle client that loses its server emits here; the pool replaces it on the next use. A client in use emits on
    // itself, and without a listener that ends the process; its query fails, or the next one does.
    doors.pool.on('error', () => {})
    doors.pool.on('connect', (client) => client.on('error', () => {}))
  }
  return doors.pool
}

export const prisma = (): PrismaClient => (doors.prisma ??= new PrismaClient({ adapter: new PrismaPg(poolOptions(6)) }))

/** The owner of the tables, for the worker only; one plain role is its own owner. The caller ends it. */
export const ownerPool = (max: number): pg.Pool => {
  const owner = new pg.Pool({ ...poolOptions(max), connectionString: env().DATABASE_OWNER_URL ?? env().DATABASE_URL })
  owner.on('error', () => {}) // as above
  return owner
}

/** Prisma on somebody's own connections, for commands of the owner; the caller ends both. */
export const prismaOn = (connections: pg.Pool): PrismaClient => new PrismaClient({ adapter: new PrismaPg(connections) })

/** Closes both doors (graceful shutdown, tests). */
export const closeDb = async (): Promise<void> => {
  await Promise.all([doors.pool?.end(), doors.prisma?.$disconnect()])
  delete doors.pool
  delete doors.prisma
}
