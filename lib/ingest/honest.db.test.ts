import pg from 'pg'
import { afterAll, beforeAll, test } from 'vitest'
import { generate } from '@/lib/ingest/testing/generate'
import { arrivals, commitFrom, expectHonest } from '@/lib/ingest/testing/honest'
import { itemsOf } from '@/lib/ingest/testing/memory-traces'
import { makeTeam } from '@/scripts/testing/house'

let pool: pg.Pool
beforeAll(() => {
  pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16 })
})
afterAll(() => pool.end())

const arrive = async (seed: number, size: Parameters<typeof generate>[1], largest: number): Promise<void> => {
  const team = await makeTeam()
  const generated = generate(seed, size)
  const items = itemsOf(arrivals(generated, seed))
  await commitFrom(pool, team.id, items, { largest, seed })
  await expectHonest(pool, team.id, generated.events)
}

test(
  'single events from 16 callers, shuffled, 20 % doubled: every total equals recount and oracle',
  { timeout: 120_000 },
  async () => {
    for (let seed = 1; seed <= 2; seed++) await arrive(seed, { traces: 25 }, 1)
  },
)

test(
  'events cut into requests of any size from 16 callers: every total equals recount and oracle',
  { timeout: 120_000 },
  async () => {
    for (let seed = 11; seed <= 13; seed++) await arrive(seed, { traces: 30 }, 40)
  },
)

test(
  'one call seen by two instrumentations and agents that alone report usage, from 16 callers: every total equals recount and oracle',
  { timeout: 120_000 },
  async () => {
    await arrive(41, { traces: 30, scopes: true }, 1)
    for (let seed = 42; seed <= 44; seed++) await arrive(seed, { traces: 40, scopes: true }, 20)
  },
)

test('a chain of 1,500 spans, shuffled and cut: every line of it equals the oracle', { timeout: 120_000 }, async () => {
  await arrive(31, { traces: 2, deep: 1, depth: 1_500 }, 60)
})
