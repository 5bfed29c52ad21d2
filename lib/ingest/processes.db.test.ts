import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toEvents } from '@/examples/tau2/to-events.mjs'
import { generate } from '@/lib/ingest/testing/generate'
import { arrivals, expectCleanRecount, expectHonest } from '@/lib/ingest/testing/honest'
import { sendSingly } from '@/lib/ingest/testing/over-http'
import { Random } from '@/lib/ingest/testing/random'
import { makeSender, testPool } from '@/lib/ingest/testing/sender'
import { SIZE } from '@/lib/ingest/testing/size'
import { describeWithSharedData, sharedData } from '@/scripts/testing/shared-data'
import { startSlim, type SlimProcess } from '@/scripts/testing/slim-process'

const HOURS = 4 * 3_600_000
const pool = testPool(4)
let processes: SlimProcess[] = []
const urls = (): string[] => processes.map(({ url }) => url)
beforeAll(async () => {
  processes = await Promise.all([startSlim(), startSlim()])
}, 60_000)
afterAll(async () => {
  await Promise.all(processes.map((process) => process.kill()))
  await pool.end()
})

const seeds = Array.from({ length: SIZE.seeds }, (_, n) => n + 1)

test.each(seeds)(
  'single-event requests from 16 callers to two processes, a fifth doubled, seed %i: totals equal recount and oracle',
  async (seed) => {
    const { team, key } = await makeSender()
    const generated = generate(seed, { traces: SIZE.traces, deep: SIZE.deepChains })
    await sendSingly(urls, key.text, arrivals(generated, seed))
    await expectHonest(pool, team.id, generated.events)
    expect(processes.every(({ child }) => child.exitCode === null)).toBe(true)
  },
  SIZE.isSuite ? 120_000 : HOURS,
)

describeWithSharedData('the published tau2 runs', () => {
  const FILE = sharedData('trajectories/tau2-prompt-variants/eval_chloe_gpt4o-refined_gpt-4o_test_1trial.json')

  test.each(seeds)(
    'in single-event requests from 16 callers to two processes, a fifth doubled, seed %i: the published cost',
    async (seed) => {
      const random = new Random(seed)
      const { key, metrics } = await makeSender()
      const document = JSON.parse(readFileSync(FILE, 'utf8')) as { simulations: unknown[] } // a tau2 result file
      if (SIZE.isSuite) document.simulations = document.simulations.slice(0, 8)
      const events = toEvents(document, { fileName: basename(FILE) })
      const doubled = [...events, ...events.filter(() => random.chance(0.2))]
      await sendSingly(urls, key.text, random.shuffle(doubled))
      const { totals } = await metrics('from=2026-02-17T00:00:00Z&to=2026-02-19T00:00:00Z')
      const cost = events.reduce((sum, one) => sum + Number(('costUsd' in one ? one.costUsd : undefined) ?? 0), 0)
      expect(totals).toMatchObject({ costUsd: cost.toFixed(9), interactions: document.simulations.length })
      await expectCleanRecount(pool)
    },
    SIZE.isSuite ? 120_000 : HOURS,
  )
})
