import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseUsd } from '@/lib/core/money'
import { describeWithSharedData, sharedData } from '@/scripts/testing/shared-data'
import { inOrder, ORDERS, releaseOf, toEvents, type RawEvent } from './to-events.mjs'

type Span = Extract<RawEvent, { type: 'span' }>
const spansOf = (events: readonly RawEvent[]) => events.filter((event): event is Span => event.type === 'span')

const document = {
  info: { agent_info: { llm: 'gpt-4o' } },
  simulations: [
    {
      id: 's1',
      task_id: '5',
      start_time: '2026-02-17T23:00:00.000000',
      end_time: '2026-02-17T23:00:09.000000',
      reward_info: { reward: 1, action_checks: [{ action: { name: 'return_delivered_order_items' } }] },
      messages: [
        { role: 'assistant', content: 'Hi!', tool_calls: null, timestamp: '2026-02-17T23:00:01', cost: 0, usage: null },
        {
          role: 'user',
          content: 'Help',
          timestamp: '2026-02-17T23:00:02',
          cost: 0.5,
          usage: { prompt_tokens: 9, completion_tokens: 9 },
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'c1', name: 'find', arguments: { a: 1 } }],
          timestamp: '2026-02-17T23:00:04',
          cost: 1e-7,
          usage: { prompt_tokens: 10, completion_tokens: 2 },
          raw_data: { finish_reason: 'tool_calls' },
        },
        { role: 'tool', id: 'c1', content: 'none', error: true, timestamp: '2026-02-17T23:00:05' },
        { role: 'assistant', content: 'Done', timestamp: '2026-02-17T23:00:07', cost: null, usage: null },
        { role: 'user', content: '###STOP###', timestamp: '2026-02-17T23:00:08' },
      ],
    },
  ],
}

describe('toEvents', () => {
  const events = toEvents(document, { fileName: 'eval_chloe_gpt4o-refined_gpt-4o_test_1trial.json' })
  const spans = spansOf(events)

  test('a turn is one trace from the question to the answer; greeting and goodbye make none', () => {
    expect(spans.map(({ kind, startedAt, endedAt }) => [kind, startedAt.slice(17), endedAt?.slice(17)])).toEqual([
      ['agent', '02Z', '07Z'],
      ['llm', '02Z', '04Z'],
      ['tool', '04Z', '05Z'],
      ['llm', '05Z', '07Z'],
    ])
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set(['s1:turn-1']))
    expect(spans.slice(1).every((span) => span.parentId === spans[0]?.id)).toBe(true)
    expect([spans[0]?.input, spans[0]?.output]).toEqual(['Help', 'Done'])
  })

  test('only what the source reports is sent; the customer’s own model is not our spend', () => {
    expect(spans[1]).toMatchObject({
      usage: { inputTokens: 10, outputTokens: 2 },
      costUsd: '0.000000100000000000',
      finishReason: 'tool_call',
    })
    expect(spans[3]).not.toHaveProperty('usage')
    expect(spans[3]).not.toHaveProperty('costUsd')
    expect(spans[2]).toMatchObject({ status: 'error', tool: { name: 'find', callId: 'c1' }, input: '{"a":1}' })
  })

  test('interaction and outcome', () => {
    expect(events[0]).toEqual({
      type: 'interaction',
      id: 's1',
      agent: 'tau2-retail',
      release: 'chloe gpt4o-refined',
      workflow: 'return',
      startedAt: '2026-02-17T23:00:00.000000Z',
      endedAt: '2026-02-17T23:00:09.000000Z',
    })
    expect(events.at(-1)).toMatchObject({ result: 'resolved', escalated: false, at: '2026-02-17T23:00:09.000000Z' })
  })

  test.each([
    ['a/b/eval_chloe_gpt5mini-refined_gpt-4o_test_3trial.json', 'chloe gpt5mini-refined'],
    ['toolorchestra_retail_gpt-5_1trial.json', 'toolorchestra'],
    ['other.json', 'other'],
  ])('release of %s is %s', (fileName, release) => {
    expect(releaseOf(fileName)).toBe(release)
  })

  test('every order has the same events, and a seed gives one order', () => {
    const text = (list: readonly RawEvent[]) => list.map((event) => JSON.stringify(event))
    for (const order of ORDERS) expect(text(inOrder(events, order, 7)).sort()).toEqual(text(events).sort())
    expect(text(inOrder(events, 'shuffle', 7))).toEqual(text(inOrder(events, 'shuffle', 7)))
    expect(inOrder(events, 'interactions-last').at(-1)?.type).toBe('interaction')
    expect(() => inOrder(events, 'sideways')).toThrow(RangeError)
  })
})

describeWithSharedData('the published result files', () => {
  const number = z.number().nullable()
  const Sums = z.object({
    interactions: z.number(),
    resolved: z.number(),
    escalated: z.number(),
    toolCalls: z.number(),
    toolErrors: number,
    llmCalls: number,
    inputTokens: number,
    outputTokens: number,
    costNanoUsd: number,
    resolvedAndEscalated: z.number(),
  })
  const Expected = z.object({
    trajectories: z.object({ files: z.record(z.string(), Sums), releases: z.record(z.string(), Sums) }),
  })
  const expected = () => Expected.parse(JSON.parse(readFileSync(sharedData('expected.json'), 'utf8'))).trajectories
  const eventsOf = (file: string) =>
    toEvents(JSON.parse(readFileSync(sharedData(`trajectories/${file}`), 'utf8')), { fileName: basename(file) })

  /** Sums over what is sent, by README §6: null when there was something and nothing of it is known. */
  function sums(events: readonly RawEvent[]): z.infer<typeof Sums> {
    const spans = spansOf(events)
    const calls = spans.filter(({ kind }) => kind === 'llm')
    const tools = spans.filter(({ kind }) => kind === 'tool')
    const outcomes = events.filter((event) => event.type === 'outcome')
    const known = calls.filter(({ usage }) => usage !== undefined)
    const total = (count: (span: Span) => number) =>
      known.length === 0 ? null : known.reduce((sum, span) => sum + count(span), 0)
    const isResolved = outcomes.filter(({ result }) => result === 'resolved')
    return {
      interactions: events.filter((event) => event.type === 'interaction').length,
      resolved: isResolved.length,
      escalated: outcomes.filter(({ escalated }) => escalated).length,
      resolvedAndEscalated: isResolved.filter(({ escalated }) => escalated).length,
      toolCalls: tools.length,
      toolErrors: tools.every(({ status }) => status === 'unset')
        ? null
        : tools.filter(({ status }) => status === 'error').length,
      llmCalls: total(() => 1),
      inputTokens: total((span) => span.usage?.inputTokens ?? 0),
      outputTokens: total((span) => span.usage?.outputTokens ?? 0),
      costNanoUsd: total((span) => Number(parseUsd(span.costUsd ?? 'missing'))),
    }
  }

  test('each file and release adds up to the published figures, cost to the nano-dollar', () => {
    const { files, releases } = expected()
    const byRelease = new Map<string, RawEvent[]>()
    for (const [file, figures] of Object.entries(files)) {
      const events = eventsOf(file)
      expect([file, sums(events)]).toEqual([file, figures])
      byRelease.set(releaseOf(basename(file)), [...(byRelease.get(releaseOf(basename(file))) ?? []), ...events])
    }
    for (const [release, figures] of Object.entries(releases)) {
      expect([release, sums(byRelease.get(release) ?? [])]).toEqual([release, figures])
    }
  })

  test('ids are unique over all files, spans stay inside their interaction, nothing is negative', () => {
    const events = Object.keys(expected().files).flatMap(eventsOf)
    const interactions = events.filter((event) => event.type === 'interaction')
    expect(new Set(interactions.map(({ id }) => id)).size).toBe(interactions.length)
    const spans = spansOf(events)
    expect(new Set(spans.map(({ traceId, id }) => `${traceId} ${id}`)).size).toBe(spans.length)
    const byId = new Map(interactions.map((interaction) => [interaction.id, interaction]))
    for (const { startedAt, endedAt, interactionId, release } of spans) {
      const interaction = byId.get(interactionId)
      expect(endedAt === undefined || startedAt <= endedAt).toBe(true)
      expect(startedAt >= (interaction?.startedAt ?? 'z') && (endedAt ?? '') <= (interaction?.endedAt ?? '')).toBe(true)
      expect(release).toBe(interaction?.release)
    }
  })

  test('C8: the run without usage sends no usage, no cost, no end and no tool status', () => {
    const events = eventsOf('tau2-toolorchestra/toolorchestra_retail_gpt-5_1trial.json')
    const calls = spansOf(events).filter(({ kind }) => kind === 'llm')
    expect(calls.length).toBeGreaterThan(1_000)
    expect(calls.some((span) => 'usage' in span || 'costUsd' in span)).toBe(false)
    expect(events.some((event) => 'endedAt' in event)).toBe(false)
    expect(spansOf(events).some((span) => span.kind === 'tool' && span.status !== 'unset')).toBe(false)
  })
})
