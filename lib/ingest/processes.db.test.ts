import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { generate } from '@/lib/ingest/testing/generate'
import { arrivals, expectHonest } from '@/lib/ingest/testing/honest'
import { sendSingly } from '@/lib/ingest/testing/over-http'
import { makeSender, testPool } from '@/lib/ingest/testing/sender'
import { startSlim, type SlimProcess } from '@/scripts/testing/slim-process'

const pool = testPool(4)
let processes: SlimProcess[] = []
beforeAll(async () => {
  processes = await Promise.all([startSlim(), startSlim()])
}, 60_000)
afterAll(async () => {
  await Promise.all(processes.map((process) => process.kill()))
  await pool.end()
})

describe('two processes and one database', () => {
  test('single-event requests from 16 callers, shuffled, 20 % doubled: totals equal recount and oracle', async () => {
    const { team, key } = await makeSender()
    const generated = generate(7, { traces: 60 })
    const events = arrivals(generated, 7)
    await sendSingly(() => processes.map(({ url }) => url), key.text, events)
    await expectHonest(pool, team.id, generated.events)
    expect(processes.every(({ child }) => child.exitCode === null)).toBe(true)
  }, 120_000)
})
