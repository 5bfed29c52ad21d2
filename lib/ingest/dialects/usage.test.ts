import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inclusiveUsage, type Reading, type SentUsage } from '@/lib/ingest/dialects/usage'
import { usageObject } from '@/lib/ingest/dialects/usage-shapes'
import { nodeOf } from '@/lib/ingest/testing/payloads'
import { aSpan } from '@/lib/ingest/testing/spans'
import type { AttributeValue } from '@/lib/ingest/otlp/types'
import { priceCall } from '@/lib/prices/rules'

const NOTHING: SentUsage = {
  inputTokens: null,
  outputTokens: null,
  totalTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  cacheWrite1hTokens: null,
  reasoningTokens: null,
  audioInputTokens: null,
  audioOutputTokens: null,
  inputExtras: 0,
  outputExtras: 0,
}
const INSIDE: Reading = { cacheBeside: false, reasoningBeside: false }
const BESIDE: Reading = { cacheBeside: true, reasoningBeside: true }
/** A token of input costs 10, one read from cache 1, one of output 50. */
const price = (counts: { inputTokens: number | null; outputTokens: number | null; cacheReadTokens: number | null }) =>
  BigInt((counts.inputTokens ?? 0) * 10 - (counts.cacheReadTokens ?? 0) * 9 + (counts.outputTokens ?? 0) * 50)

const read = (sent: Partial<SentUsage>, listed = INSIDE, reported: bigint | null = null) =>
  inclusiveUsage({ ...NOTHING, ...sent }, { listed, reported, price })

describe('which reading of the counts holds', () => {
  test('more cached than input: the cache stands beside, whatever the convention says', () => {
    const { counts, flags } = read({ inputTokens: 42, cacheReadTokens: 8000, cacheWriteTokens: 1200, outputTokens: 88 })
    expect(counts).toMatchObject({ inputTokens: 9242, cacheReadTokens: 8000, cacheWriteTokens: 1200, outputTokens: 88 })
    expect(flags).toEqual(['usage_added_up'])
  })

  test.each([
    [
      'C1 the total says that the cache is within',
      { inputTokens: 3050, cacheReadTokens: 2816, outputTokens: 24, totalTokens: 3074 },
      3050,
      24,
    ],
    [
      'the total says that the cache is beside',
      { inputTokens: 234, cacheReadTokens: 200, outputTokens: 24, totalTokens: 458 },
      434,
      24,
    ],
    [
      'C3 the total says that the reasoning is within',
      { inputTokens: 10, outputTokens: 210, reasoningTokens: 192, totalTokens: 220 },
      10,
      210,
    ],
    [
      'the total says that the reasoning is beside',
      { inputTokens: 6, outputTokens: 951, reasoningTokens: 900, totalTokens: 1857 },
      6,
      1851,
    ],
    [
      'a total that no reading comes to says nothing',
      { inputTokens: 100, cacheReadTokens: 50, outputTokens: 1, totalTokens: 7 },
      100,
      1,
    ],
  ])('%s', (_, sent, input, output) => {
    for (const listed of [INSIDE, BESIDE]) {
      if (sent.totalTokens === 7 && listed === BESIDE) continue
      expect(read(sent, listed).counts).toMatchObject({ inputTokens: input, outputTokens: output })
    }
  })

  test('without a total the reported cost decides: the nearer price', () => {
    const sent = { inputTokens: 1000, cacheReadTokens: 900, outputTokens: 0 }
    // Within: 100 at 10 and 900 at 1 = 1900. Beside: 1000 at 10 and 900 at 1 = 10900.
    expect(read(sent, BESIDE, 1900n).counts.inputTokens).toBe(1000)
    expect(read(sent, INSIDE, 10_000n).counts.inputTokens).toBe(1900)
  })

  test('the total goes before the reported cost', () => {
    const sent = { inputTokens: 1000, cacheReadTokens: 900, outputTokens: 0, totalTokens: 1000 }
    expect(read(sent, BESIDE, 10_900n).counts.inputTokens).toBe(1000)
  })

  test('nothing decides: as the convention says', () => {
    const sent = { inputTokens: 1000, cacheReadTokens: 900, outputTokens: 10, reasoningTokens: 5 }
    expect(read(sent).counts).toMatchObject({ inputTokens: 1000, outputTokens: 10 })
    expect(read(sent, BESIDE).counts).toMatchObject({ inputTokens: 1900, outputTokens: 15 })
  })

  test('one-hour writes are writes, also where only they are named', () => {
    expect(read({ inputTokens: 100, cacheWrite1hTokens: 40, outputTokens: 1 }).counts).toMatchObject({
      cacheWriteTokens: 40,
      cacheWrite1hTokens: 40,
    })
  })

  test('C8 nobody reported is null, never 0', () => {
    expect(read({}).counts).toEqual({
      inputTokens: null,
      outputTokens: null,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      cacheWrite1hTokens: null,
      reasoningTokens: null,
      audioInputTokens: null,
      audioOutputTokens: null,
    })
  })

  test('property: counts that no provider could bill never come out, and what does is flagged where it changed', () => {
    const count = fc.option(fc.nat(5000), { nil: null })
    const usage = fc.record({
      inputTokens: count,
      outputTokens: count,
      totalTokens: count,
      cacheReadTokens: count,
      cacheWriteTokens: count,
      cacheWrite1hTokens: count,
      reasoningTokens: count,
      audioInputTokens: count,
      audioOutputTokens: count,
      inputExtras: fc.nat(100),
      outputExtras: fc.nat(100),
    })
    const listed = fc.record({ cacheBeside: fc.boolean(), reasoningBeside: fc.boolean() })
    const reported = fc.option(fc.bigInt({ min: 0n, max: 500_000n }), { nil: null })
    fc.assert(
      fc.property(usage, listed, reported, (sent, convention, cost) => {
        const { counts, flags } = inclusiveUsage(sent, { listed: convention, reported: cost, price })
        const input = counts.inputTokens ?? Infinity
        const output = counts.outputTokens ?? Infinity
        expect((counts.cacheReadTokens ?? 0) + (counts.cacheWriteTokens ?? 0)).toBeLessThanOrEqual(input)
        expect(counts.cacheWrite1hTokens ?? 0).toBeLessThanOrEqual(counts.cacheWriteTokens ?? 0)
        expect(counts.audioInputTokens ?? 0).toBeLessThanOrEqual(input)
        expect(Math.max(counts.reasoningTokens ?? 0, counts.audioOutputTokens ?? 0)).toBeLessThanOrEqual(output)
        // Never less than was sent, and never a number from nothing.
        for (const side of ['inputTokens', 'outputTokens'] as const) {
          expect(counts[side] === null).toBe(sent[side] === null)
          expect(counts[side] ?? 0).toBeGreaterThanOrEqual(sent[side] ?? 0)
          if (counts[side] !== sent[side]) expect(flags).toContain('usage_added_up')
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('C1 one call in every shape of usage object costs the same', () => {
  // Anthropic: 42 plain input, 8,000 read from cache, 1,200 written to it, 88 output.
  const model = { 'langfuse.observation.model.name': 'claude-sonnet-4-5', 'langfuse.observation.type': 'generation' }
  const cost = 8_346_000n
  test.each<[string, Record<string, AttributeValue>]>([
    [
      'raw Anthropic usage',
      { input_tokens: 42, cache_read_input_tokens: 8000, cache_creation_input_tokens: 1200, output_tokens: 88 },
    ],
    ['Langfuse, additive', { input: 42, input_cache_read: 8000, input_cache_creation: 1200, output: 88, total: 9330 }],
    [
      'Langfuse, Anthropic names',
      { input: 42, cache_read_input_tokens: 8000, cache_creation_input_tokens: 1200, output: 88 },
    ],
    [
      'OpenAI chat',
      {
        prompt_tokens: 9242,
        completion_tokens: 88,
        total_tokens: 9330,
        prompt_tokens_details: { cached_tokens: 8000, cache_write_tokens: 1200 },
      },
    ],
    [
      'AI SDK 6',
      { inputTokens: 9242, outputTokens: 88, inputTokenDetails: { cacheReadTokens: 8000, cacheWriteTokens: 1200 } },
    ],
  ])('%s', (_, details) => {
    for (const value of [details, JSON.stringify(details)]) {
      const node = nodeOf(aSpan({ attributes: { ...model, 'langfuse.observation.usage_details': value } }))
      expect(node).toMatchObject({
        inputTokens: 9242,
        cacheReadTokens: 8000,
        cacheWriteTokens: 1200,
        outputTokens: 88,
      })
      expect(costOf(node)).toBe(cost)
    }
  })

  test.each<[string, Record<string, AttributeValue>]>([
    ['OpenTelemetry', { 'gen_ai.usage.input_tokens': 9242, 'gen_ai.usage.output_tokens': 88, 'gen_ai.usage.cache_read.input_tokens': 8000, 'gen_ai.usage.cache_creation.input_tokens': 1200 }],
    ['OpenTelemetry, sent exclusive', { 'gen_ai.usage.input_tokens': 42, 'gen_ai.usage.output_tokens': 88, 'gen_ai.usage.cache_read.input_tokens': 8000, 'gen_ai.usage.cache_creation.input_tokens': 1200 }],
    ['OpenInference', { 'llm.token_count.prompt': 9242, 'llm.token_count.completion': 88, 'llm.token_count.prompt_details.cache_read': 8000, 'llm.token_count.prompt_details.cache_write': 1200 }],
    ['AI SDK 6', { 'ai.usage.inputTokens': 9242, 'ai.usage.outputTokens': 88, 'ai.usage.inputTokenDetails.cacheReadTokens': 8000, 'ai.usage.inputTokenDetails.cacheWriteTokens': 1200 }],
    ['AI SDK 5, the written ones in the provider metadata', { 'ai.operationId': 'ai.generateText.doGenerate', 'ai.model.provider': 'anthropic.messages', 'ai.usage.inputTokens': 42, 'ai.usage.outputTokens': 88, 'ai.usage.totalTokens': 130, 'ai.usage.cachedInputTokens': 8000, 'ai.response.providerMetadata': '{"anthropic":{"usage":{"input_tokens":42,"cache_read_input_tokens":8000,"cache_creation_input_tokens":1200}}}' }],
    ['ours', { 'signalbox.usage.input': 9242, 'signalbox.usage.output': 88, 'signalbox.usage.cache_read': 8000, 'signalbox.usage.cache_write': 1200 }],
  ])('%s', (_, usage) => {
    const node = nodeOf(aSpan({ attributes: { 'gen_ai.request.model': 'claude-sonnet-4-5', 'signalbox.span.kind': 'llm', ...usage } }))
    expect(costOf(node)).toBe(cost)
  }) // prettier-ignore

  const costOf = (node: ReturnType<typeof nodeOf>) =>
    priceCall({ ...node, startedAt: new Date(node.startUs / 1000), usage: node })?.costNanoUsd
})

describe('the AI SDK with Anthropic', () => {
  const call = (attributes: Record<string, AttributeValue>) =>
    nodeOf(
      aSpan({
        attributes: {
          'ai.operationId': 'ai.generateText.doGenerate',
          'ai.model.provider': 'anthropic.messages',
          'ai.model.id': 'claude-sonnet-4-5',
          ...attributes,
        },
      }),
    ).inputTokens
  const usage = { 'ai.usage.inputTokens': 9000, 'ai.usage.outputTokens': 10, 'ai.usage.cachedInputTokens': 8000 }

  test('versions 4 and 5 hand on exclusive counts; the total that the SDK adds up itself is no evidence', () => {
    expect(call({ ...usage, 'ai.usage.totalTokens': 9010 })).toBe(17_000)
    expect(call({ ...usage, 'ai.request.headers.user-agent': 'ai/5.0.76' })).toBe(17_000)
  })

  test('version 6 hands on inclusive counts, told by its name, its details or the raw usage beside it', () => {
    expect(call({ ...usage, 'ai.request.headers.user-agent': 'ai/6.0.68' })).toBe(9000)
    expect(call({ ...usage, 'ai.usage.inputTokenDetails.noCacheTokens': 1000 })).toBe(9000)
    const raw = '{"anthropic":{"usage":{"input_tokens":1000,"cache_read_input_tokens":8000}}}'
    expect(call({ ...usage, 'ai.response.providerMetadata': raw })).toBe(9000)
  })
})

describe('usage objects', () => {
  test.each<[string, AttributeValue, Record<string, unknown>]>([
    ['Gemini: thoughts stand beside the candidates', { promptTokenCount: 6, candidatesTokenCount: 951, thoughtsTokenCount: 1104, totalTokenCount: 2061 }, { input: 6, outputBeside: 951, reasoning: 1104, total: 2061 }],
    ['OpenAI Responses', { input_tokens: 10, input_tokens_details: { cached_tokens: 4 }, output_tokens: 5, output_tokens_details: { reasoning_tokens: 3 } }, { input: 10, cacheRead: 4, output: 5, reasoning: 3 }],
    ['Langfuse: unknown parts are counted as well', { input: 10, input_image: 3, output: 5, output_reasoning_tokens: 2 }, { inputBeside: 10, inputExtras: 3, outputBeside: 5, reasoning: 2 }],
    ['no usage object', 'not JSON', {}],
    ['nothing of it known', { a: 1 }, {}],
  ])('%s', (_, value, wanted) => expect(usageObject(value)).toMatchObject(wanted)) // prettier-ignore

  test('Gemini: a span of Langfuse with raw usage counts the thoughts as output', () => {
    const details = { promptTokenCount: 6, candidatesTokenCount: 951, thoughtsTokenCount: 1104, totalTokenCount: 2061 }
    const node = nodeOf(aSpan({ attributes: { 'langfuse.observation.usage_details': details } }))
    expect(node).toMatchObject({ inputTokens: 6, outputTokens: 2055, reasoningTokens: 1104 })
  })
})
