import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatUsd } from '@/lib/core/money'
import { describeWithExamples, openStage, sums, type Stage } from './testing/run'

const AGENTS = ['langgraph', 'ai-sdk', 'openai-agents']

describeWithExamples('the shop-support agent in JavaScript', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage.close())

  test.each(AGENTS)(
    '%s: three interactions with agent, tools, prompt and outcome, tokens and cost equal the bill',
    async (name) => {
      const { code, output, errors, bill, metrics, totals } = await stage.play(`${name}.mjs`)
      expect({ code, errors, answers: output.trim().split('\n').length }).toEqual({ code: 0, errors: '', answers: 3 })
      expect(bill).toHaveLength(7)

      const { costNanoUsd, ...tokens } = sums(bill)
      const costUsd = formatUsd(BigInt(costNanoUsd))
      const expected = {
        ...tokens,
        costUsd,
        interactions: 3,
        resolved: 2,
        escalated: 1,
        contained: 2,
        closed: 3,
        unattributedCostUsd: formatUsd(0n),
        unknownCostCalls: 0,
        unknownUsageCalls: 0,
        duplicateCalls: 0,
        shadowedCalls: 0,
        toolCalls: 4,
        toolErrors: 0,
        turns: 3,
        turnErrors: 0,
      }
      expect(totals).toMatchObject(expected)
      expect(totals.users).toBe(3)

      const agents = await metrics('agent')
      expect(agents.rows.map(({ keys }) => keys['agent'])).toEqual([`shop-${name}`])

      const tools = (await metrics('tool')).rows.filter(({ toolCalls }) => toolCalls > 0)
      expect(Object.fromEntries(tools.map(({ keys, toolCalls }) => [keys['tool'], toolCalls]))).toEqual({
        look_up_order: 3,
        request_refund: 1,
      })

      const prompts = (await metrics('promptVersion')).rows.filter(({ llmCalls }) => llmCalls > 0)
      expect(prompts.map(({ keys, llmCalls }) => ({ ...keys, llmCalls }))).toEqual([
        expect.objectContaining({ promptName: 'shop-support', promptVersion: '3', llmCalls: 7 }),
      ])
    },
    60_000,
  )
})
