import { afterAll, beforeAll, expect, test } from 'vitest'
import { costOf, findModel } from '@/examples/model/usage.mjs'
import { formatUsd } from '@/lib/core/money'
import { describeWithExamples, openStage, sums, type BilledCall, type Stage } from '../testing/run'

type Case = {
  script: string
  env?: Record<string, string>
  interactions: number
  /** Calls of which the client tells no usage: counted as unknown, never as 0. */
  untold?: (call: BilledCall) => boolean
  /** What the client leaves out of every call. */
  asTold?: (call: BilledCall) => BilledCall
  duplicateCalls?: number
  shadowedCalls?: number
}

const withoutCache = (call: BilledCall): BilledCall => {
  const told = { ...call, cacheReadTokens: 0, cacheWriteTokens: 0 }
  const model = findModel(call.model)
  return { ...told, costNanoUsd: model ? costOf(model, told) : Number.NaN }
}

const CASES: Record<string, Case> = {
  'ai 6, protobuf': { script: 'ai-sdk', interactions: 6 },
  'ai 6, protobuf, gzip': { script: 'ai-sdk', env: { COMPRESSION: 'gzip' }, interactions: 6 },
  'ai 6, JSON': { script: 'ai-sdk', env: { ENCODING: 'json' }, interactions: 6 },
  'ai 6, JSON, gzip': { script: 'ai-sdk', env: { ENCODING: 'json', COMPRESSION: 'gzip' }, interactions: 6 },
  'sdk-trace-node, a request for each span, JSON': {
    script: 'sdk-trace-node',
    env: { ENCODING: 'json' },
    interactions: 1,
  },
  'sdk-trace-node, a request for each span, protobuf, gzip': {
    script: 'sdk-trace-node',
    env: { COMPRESSION: 'gzip' },
    interactions: 1,
  },
  'OpenInference for OpenAI (tells no usage of streamed chats and embeddings)': {
    script: 'openinference-openai',
    interactions: 3,
    untold: ({ api, streamed }) => api === 'embeddings' || streamed,
  },
  'OpenInference for LangChain': { script: 'openinference-langchain', interactions: 2 },
  'OpenInference for LangChain and for OpenAI at once: each call once': {
    script: 'openinference-langchain',
    env: { BOTH: '1' },
    interactions: 2,
    duplicateCalls: 6,
  },
  'OpenInference for Anthropic, whose SDK sends spans of its own below': {
    script: 'openinference-anthropic',
    interactions: 1,
    shadowedCalls: 2,
  },
  'Traceloop without batching (tells no cache)': { script: 'traceloop', interactions: 2, asTold: withoutCache },
  'Langfuse, in batches': { script: 'langfuse', interactions: 3 },
  'Langfuse, at once': { script: 'langfuse', env: { EXPORT_MODE: 'immediate' }, interactions: 3 },
  'OpenAI Agents': { script: 'openai-agents', interactions: 2 },
}

describeWithExamples('real JavaScript clients', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await openStage()
  })
  afterAll(() => stage.close())

  test.each(Object.entries(CASES))(
    '%s: calls, tokens and cost equal the bill',
    async (_, { script, env = {}, interactions, untold = () => false, asTold = (call) => call, ...copies }) => {
      const { code, errors, bill, totals } = await stage.play(`clients/${script}.mjs`, env)
      expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' })
      expect(bill.length).toBeGreaterThan(1)
      const unknown = bill.filter(untold).length
      const { costNanoUsd, cacheReadTokens, ...expected } = sums(bill.filter((call) => !untold(call)).map(asTold))
      expect(totals).toMatchObject({
        ...expected,
        interactions,
        cacheReadTokens: cacheReadTokens === 0 ? null : cacheReadTokens,
        llmCalls: bill.length,
        costUsd: formatUsd(BigInt(costNanoUsd)),
        unattributedCostUsd: formatUsd(0n),
        unknownCostCalls: unknown,
        unknownUsageCalls: unknown,
        duplicateCalls: copies.duplicateCalls ?? 0,
        shadowedCalls: copies.shadowedCalls ?? 0,
      })
    },
    60_000,
  )

  test('a call that the provider refused and ai 6 tried again is counted, but not billed', async () => {
    const { code, bill, totals } = await stage.play('clients/ai-sdk.mjs', {}, { failing: 1 })
    const { costNanoUsd, ...expected } = sums(bill)
    expect(code).toBe(0)
    expect(totals).toMatchObject({
      ...expected,
      costUsd: formatUsd(BigInt(costNanoUsd)),
      llmErrors: 1,
      unknownCostCalls: 0,
      unknownUsageCalls: 0,
    })
  }, 60_000)

  test('OpenAI Agents over Responses names no model: tokens equal the bill, cost is unknown', async () => {
    const { code, bill, totals } = await stage.play('clients/openai-agents.mjs', { RESPONSES: '1' })
    const { inputTokens, outputTokens, llmCalls } = sums(bill)
    expect(code).toBe(0)
    expect(totals).toMatchObject({
      interactions: 2,
      inputTokens,
      outputTokens,
      llmCalls,
      costUsd: null,
      unknownCostCalls: llmCalls,
    })
  }, 60_000)
})
