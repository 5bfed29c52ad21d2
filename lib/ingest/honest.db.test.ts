import { afterAll, beforeAll, expect, test } from 'vitest'
import pg from 'pg'
import { generate } from '@/lib/ingest/testing/generate'
import { arrivals, commitSingly, expectHonest } from '@/lib/ingest/testing/honest'
import { itemsOf } from '@/lib/ingest/testing/memory-traces'
import { makeTeam } from '@/scripts/testing/house'

let pool: pg.Pool
beforeAll(() => {
  pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 16 })
})
afterAll(() => pool.end())

test(
  'single events from 16 callers, shuffled, 20 % doubled: every total equals recount and oracle',
  { timeout: 120_000 },
  async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const team = await makeTeam()
      const generated = generate(seed, { traces: 25 })
      await commitSingly(pool, team.id, itemsOf(arrivals(generated, seed)))
      await expectHonest(pool, team.id, generated.events)
    }
    expect(true).toBe(true)
  },
)
