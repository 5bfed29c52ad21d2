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

const arrive = async (seed: number, traces: number, largest: number): Promise<void> => {
  const team = await makeTeam()
  const generated = generate(seed, { traces })
  const items = itemsOf(arrivals(generated, seed))
  await commitFrom(pool, team.id, items, { largest, seed })
  await expectHonest(pool, team.id, generated.events)
}

test(
  'single events from 16 callers, shuffled, 20 % doubled: every total equals recount and oracle',
  { timeout: 120_000 },
  async () => {
    for (let seed = 1; seed <= 4; seed++) await arrive(seed, 30, 1)
  },
)

test(
  'events cut into requests of any size from 16 callers: every total equals recount and oracle',
  { timeout: 120_000 },
  async () => {
    for (let seed = 11; seed <= 18; seed++) await arrive(seed, 30, 40)
  },
)
