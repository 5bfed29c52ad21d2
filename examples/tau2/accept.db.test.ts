import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { formatUsd, ratioUsd } from '@/lib/core/money'
import { expectCleanRecount } from '@/lib/ingest/testing/honest'
import { makeSender, testPool, type Sender } from '@/lib/ingest/testing/sender'
import { describeWithSharedData, sharedData } from '@/scripts/testing/shared-data'
import { inOrder, ORDERS, toEvents, type RawEvent } from './to-events.mjs'

const Figures = z.object({
  interactions: z.number(),
  resolved: z.number(),
  escalated: z.number(),
  toolCalls: z.number(),
  toolErrors: z.number().nullable(),
  llmCalls: z.number().nullable(),
  inputTokens: z.number().nullable(),
  outputTokens: z.number().nullable(),
  costNanoUsd: z.number().nullable(),
})
const Expected = z.object({
  trajectories: z.object({ releases: z.record(z.string(), Figures), files: z.record(z.string(), Figures) }),
})

const RANGE = 'from=2024-12-31T00:00:00Z&to=2026-03-01T00:00:00Z'
/** Events in one request: small enough that an interaction comes in several, large enough to be quick. */
const BATCH = 700

const send = async (sender: Sender, events: readonly RawEvent[]): Promise<{ accepted: number; duplicates: number }> => {
  const sum = { accepted: 0, duplicates: 0 }
  for (let i = 0; i < events.length; i += BATCH) {
    const { accepted, duplicates, rejected } = await sender.send(events.slice(i, i + BATCH))
    expect(rejected).toEqual([])
    sum.accepted += accepted
    sum.duplicates += duplicates
  }
  return sum
}

describeWithSharedData('the published tau2 runs', () => {
  const pool = testPool(2)
  afterAll(() => pool.end())
  const events: RawEvent[] = []
  let expected: z.output<typeof Expected>['trajectories']
  let sender: Sender
  beforeAll(async () => {
    expected = Expected.parse(JSON.parse(readFileSync(sharedData('expected.json'), 'utf8'))).trajectories
    for (const folder of ['tau2-prompt-variants', 'tau2-toolorchestra']) {
      for (const fileName of readdirSync(sharedData(`trajectories/${folder}`)).filter((name) =>
        name.endsWith('.json'),
      )) {
        const document: unknown = JSON.parse(readFileSync(sharedData(`trajectories/${folder}/${fileName}`), 'utf8'))
        events.push(...toEvents(document, { fileName }))
      }
    }
    sender = await makeSender()
    expect(await send(sender, events)).toEqual({ accepted: events.length, duplicates: 0 })
  }, 300_000)

  const byRelease = async (from: Sender) => {
    const { rows, totals } = await from.metrics(`${RANGE}&by=release`)
    return { rows, totals }
  }

  test('cost per resolution by release equals the published figures, to the nano-dollar (C9)', async () => {
    const { rows } = await byRelease(sender)
    expect(Object.keys(expected.releases)).toHaveLength(2)
    for (const [release, figures] of Object.entries(expected.releases)) {
      const row = rows.find(({ keys }) => keys.release === release)
      const cost = BigInt(figures.costNanoUsd ?? 0)
      expect(row).toMatchObject({
        interactions: figures.interactions,
        closed: figures.interactions,
        resolved: figures.resolved,
        escalated: figures.escalated,
        costUsd: formatUsd(cost),
        spendUsd: formatUsd(cost),
        unattributedCostUsd: formatUsd(0n),
        reportedUsd: formatUsd(cost),
        costPerResolutionUsd: ratioUsd(cost, figures.resolved),
        knownCostInteractions: figures.interactions,
        llmCalls: figures.llmCalls,
        unknownCostCalls: 0,
        inputTokens: figures.inputTokens,
        outputTokens: figures.outputTokens,
        toolCalls: figures.toolCalls,
        toolErrors: figures.toolErrors,
      })
      expect(Number(row?.computedUsd)).toBeGreaterThan(1.4 * Number(row?.reportedUsd))
    }
  })

  test('C8: where the source gives no usage, cost, tokens, latency and cost per resolution are unknown, never 0', async () => {
    const { rows } = await byRelease(sender)
    const [figures] = Object.entries(expected.files).flatMap(([file, one]) =>
      file.includes('toolorchestra') ? [one] : [],
    )
    expect(rows.find(({ keys }) => keys.release === 'toolorchestra')).toMatchObject({
      interactions: figures?.interactions,
      resolved: figures?.resolved,
      escalated: figures?.escalated,
      toolCalls: figures?.toolCalls,
      toolErrors: null,
      costUsd: null,
      spendUsd: null,
      costPerResolutionUsd: null,
      knownCostInteractions: 0,
      inputTokens: null,
      outputTokens: null,
      p50Ms: null,
      p95Ms: null,
      llmP50Ms: null,
      toolP50Ms: null,
    })
  })

  test('sent once more, in whole and shuffled, nothing changes', async () => {
    const before = await byRelease(sender)
    expect(await send(sender, inOrder(events, 'shuffle', 9))).toEqual({
      accepted: events.length,
      duplicates: events.length,
    })
    expect(await byRelease(sender)).toEqual(before)
  }, 300_000)

  test.each(ORDERS.filter((order) => order !== 'as-is'))(
    'sent %s: the same figures',
    async (order) => {
      const other = await makeSender()
      await send(other, inOrder(events, order, 4))
      expect(await byRelease(other)).toEqual(await byRelease(sender))
    },
    300_000,
  )

  test('every total of all of it equals the plain recount', async () => {
    await expectCleanRecount(pool)
  }, 300_000)
})
