import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { generate } from '@/lib/ingest/testing/generate'
import { expectHonest } from '@/lib/ingest/testing/honest'
import { killRounds } from '@/lib/ingest/testing/kill-rounds'
import { SIZE } from '@/lib/ingest/testing/size'
// @ts-expect-error plain JavaScript without declarations
import { applyMigrations } from '@/scripts/lib/migrate.mjs'
import { throwawayPostgres, type ThrowawayPostgres } from '@/scripts/testing/more-databases'

let server: ThrowawayPostgres
let url: string
beforeAll(async () => {
  server = await throwawayPostgres()
  const owner = new pg.Client({ connectionString: server.ownerUrl })
  await owner.connect()
  await owner.query('CREATE DATABASE kill_rounds')
  await owner.end()
  const target = new URL(server.ownerUrl)
  target.pathname = '/kill_rounds'
  url = target.href
  await applyMigrations(url)
  // Fixtures and processes of this file work on the server that is going to be killed.
  process.env['DATABASE_URL'] = url
}, 120_000)
afterAll(() => server.close())

test(
  'S5: kill -9 of the app and of Postgres under load loses nothing acknowledged and counts nothing twice',
  async () => {
    const { makeSender, testPool } = await import('@/lib/ingest/testing/sender')
    const { closeDb } = await import('@/lib/core/db')
    const { team, key } = await makeSender()
    await closeDb()
    const generated = generate(3, { traces: 25 })
    const report = await killRounds(generated, server, url, { key: key.text, rounds: SIZE.kills, seed: 3 })
    expect(report).toMatchObject({ rounds: SIZE.kills, lost: [], resentThatChanged: 0 })
    const pool = testPool(2)
    await expectHonest(pool, team.id, generated.events)
    await pool.end()
  },
  SIZE.isSuite ? 240_000 : 3_600_000,
)
