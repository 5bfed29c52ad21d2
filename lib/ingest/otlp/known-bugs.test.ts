import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { AttributeValue, OtlpSpan } from '@/lib/ingest/otlp/types'
import { MemoryTraces } from '@/lib/ingest/testing/memory-traces'
import { nodeOf } from '@/lib/ingest/testing/payloads'
import { Random } from '@/lib/ingest/testing/random'
import { aSpan, payloadOf, told, type Sent } from '@/lib/ingest/testing/spans'
import { describeWithSharedData, sharedData } from '@/scripts/testing/shared-data'

/** Costs of the priced calls, by span, after the spans came one by one in an order of their own. */
const costsOf = (spans: readonly OtlpSpan[], seed: number): [string, number | null][] => {
  const memory = new MemoryTraces()
  for (const span of new Random(seed).shuffle([...spans])) memory.take([nodeOf(span)])
  return [...memory.result()]
    .flatMap(([id, { state, cost }]): [string, number | null][] =>
      state === 'computed' || state === 'reported' ? [[id.split(' ')[1] ?? '', cost]] : [],
    )
    .sort()
}
const SEEDS = Array.from({ length: 10 }, (_, n) => n + 1)

const usage = (input: number, output: number): Sent => ({
  'gen_ai.request.model': 'gpt-4o',
  'gen_ai.provider.name': 'openai',
  'gen_ai.usage.input_tokens': input,
  'gen_ai.usage.output_tokens': output,
})
const spanOf = (spanId: string, parentId: string | null, name: string, attributes: Sent): OtlpSpan =>
  aSpan({ spanId, parentId, name, attributes, scope: { name: 'gen_ai', version: '' } })

describe('one call is priced once', () => {
  test.each(SEEDS)(
    'I2 AI SDK 7: invoke_agent and its steps repeat the usage of two calls, which cost the two (order %i)',
    (seed) => {
      const operation = (name: string) => ({ 'gen_ai.operation.name': name })
      const costs = costsOf(
        [
          spanOf('a000000000000000', null, 'invoke_agent', { ...operation('invoke_agent'), ...usage(3000, 300) }),
          spanOf('b000000000000000', 'a000000000000000', 'agent_step', {
            ...operation('agent_step'),
            ...usage(1000, 100),
          }),
          spanOf('c000000000000000', 'b000000000000000', 'chat', { ...operation('chat'), ...usage(1000, 100) }),
          spanOf('d000000000000000', 'a000000000000000', 'agent_step', {
            ...operation('agent_step'),
            ...usage(2000, 200),
          }),
          spanOf('e000000000000000', 'd000000000000000', 'chat', { ...operation('chat'), ...usage(2000, 200) }),
        ],
        seed,
      )
      expect(costs).toEqual([
        ['c000000000000000', 3_500_000],
        ['e000000000000000', 7_000_000],
      ])
    },
  )

  test.each(SEEDS)('I3 embeddings over embeddings of the same name: the inner one (order %i)', (seed) => {
    const embeddings = {
      'gen_ai.operation.name': 'embeddings',
      'gen_ai.request.model': 'text-embedding-3-small',
      'gen_ai.provider.name': 'openai',
      'gen_ai.usage.input_tokens': 1000,
    }
    const costs = costsOf(
      [
        spanOf('a000000000000000', null, 'embeddings', embeddings),
        spanOf('b000000000000000', 'a000000000000000', 'embeddings', embeddings),
      ],
      seed,
    )
    expect(costs).toEqual([['b000000000000000', 20_000]])
  })

  test('C9 a reported cost is what the call costs, the computed one stands beside', () => {
    const span = spanOf('a000000000000000', null, 'chat', { ...usage(1000, 100), 'gen_ai.usage.cost': 0.002 })
    expect(costsOf([span], 1)).toEqual([['a000000000000000', 2_000_000]])
    const memory = new MemoryTraces()
    memory.take([nodeOf(span)])
    expect([...memory.result().values()][0]?.state).toBe('reported')
  })
})

describeWithSharedData('fixtures of OpenInference', () => {
  const folder = (name: string) => sharedData(`otlp/openinference-fixtures/${name}`)
  const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
  const Attributes = z.custom<Sent>((value) => typeof value === 'object' && value !== null)
  const Recorded = z.object({
    name: z.string(),
    spanContext: z.object({ traceId: z.string(), spanId: z.string() }),
    attributes: Attributes,
    status: z.object({ code: z.number() }),
  })
  const FILES = ['openinference_client_span_input_output_only', 'openinference_client_span_tool_calls', 'otel_genai_client_span_tool_calls', 'otel_genai_deprecated_client_span_tool_calls'] // prettier-ignore

  test.each(FILES)('%s: one call, in whatever form', (file) => {
    const attributes = Attributes.parse(json(`${folder('genai')}/${file}.json`))
    expect(told(attributes)).toMatchObject({ kind: 'llm', provider: 'openai', inputTokens: 97, outputTokens: 52 })
    const { input, output } = payloadOf(attributes)
    expect(input).toContain('Weather in Paris?')
    expect(output).toContain('rainy with a temperature of 57')
  })

  test('a tool span: name, call, arguments, result', () => {
    const attributes = Attributes.parse(json(`${folder('genai')}/otel_genai_tool_execution_span.json`))
    expect(told(attributes)).toMatchObject({ kind: 'tool', toolName: 'get_weather', toolCallId: '1234' })
    expect(JSON.parse(payloadOf(attributes).input ?? '')).toEqual({ city: 'New York' })
  })

  test('AI SDK 6 as recorded: wrappers are workflows, calls are calls, none of it unknown', () => {
    const spans = z.array(Recorded).parse(json(`${folder('vercel-v6')}/all-spans.json`))
    expect(readdirSync(folder('vercel-v6')).length).toBeGreaterThan(8)
    for (const { name, attributes, status } of spans) {
      const node = told(attributes, { name, statusCode: status.code })
      const isCall = /\.do(Generate|Stream|Embed)$/.test(name)
      expect([name, node.kind]).toEqual([name, isCall ? (name.endsWith('Embed') ? 'embedding' : 'llm') : 'workflow'])
      expect(node).toMatchObject({ provider: 'openai', workflow: attributes['ai.telemetry.functionId'] })
      const tokens: AttributeValue | undefined =
        attributes['gen_ai.usage.input_tokens'] ?? attributes['ai.usage.promptTokens'] ?? attributes['ai.usage.tokens']
      expect(node.inputTokens, name).toBe(tokens ?? attributes['ai.usage.inputTokens'] ?? null)
    }
  })
})
