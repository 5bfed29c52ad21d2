import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi, type MockInstance } from 'vitest'
import { z } from 'zod'
import { describeWithSharedData, sharedData } from '@/scripts/testing/shared-data'
import { cleanModel, matchesPattern, providerOf } from './model-names'
import { lookupsRemembered, PRICE_BOOK, priceCall, quoteCall, type ModelCall } from './rules'
import { PriceOverride } from './schema'

const startedAt = new Date('2025-11-20T00:00:00Z')
const gpt4o = (usage: ModelCall['usage'], more: Partial<ModelCall> = {}) =>
  quoteCall({ provider: 'openai', model: 'gpt-4o', startedAt, usage, ...more })
const cost = (call: ModelCall, overrides: readonly PriceOverride[] = []) => priceCall(call, overrides)?.costNanoUsd

let spies: readonly MockInstance[] = []
beforeEach(() => {
  spies = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn'), vi.spyOn(console, 'error')]
})
afterEach(() => {
  for (const spy of spies) expect(spy).not.toHaveBeenCalled()
  vi.restoreAllMocks()
})

test('the stored source names the installed price book', () => {
  const installed = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync('node_modules/@pydantic/genai-prices/package.json', 'utf8')))
  expect(PRICE_BOOK).toBe(`genai-prices@${installed.version}`)
})

describe('usage', () => {
  test('C3: reasoning is part of output: 210 with 192 reasoning is priced as 210', () => {
    const usage = { inputTokens: 3050, cacheReadTokens: 2816, outputTokens: 210 }
    const call = { provider: 'openai', model: 'gpt-5-2025-08-07', startedAt }
    expect(cost({ ...call, usage: { ...usage, reasoningTokens: 192 } })).toBe(2_744_500n)
    expect(cost({ ...call, usage })).toBe(2_744_500n)
  })

  test('C7: detail counts that overlap never exceed the input', () => {
    expect(gpt4o({ inputTokens: 100, outputTokens: 1, cacheReadTokens: 101 })).toEqual({ unknown: 'invalid_usage' })
    const split = { inputTokens: 100, outputTokens: 1, cacheReadTokens: 60, cacheWriteTokens: 60 }
    expect(gpt4o(split)).toEqual({ unknown: 'invalid_usage' })
    // 80 of 100 read from cache and 50 of 100 audio: 30 are both, and no token is billed twice.
    const priced = quoteCall({
      provider: 'google',
      model: 'gemini-2.5-flash',
      startedAt,
      usage: { inputTokens: 100, outputTokens: 0, cacheReadTokens: 80, audioInputTokens: 50 },
    }).priced
    expect(priced?.costNanoUsd).toBe(20n * 1000n + 50n * 30n + 30n * 100n)
  })

  test('C8: missing usage is unknown, never 0; a reported 0 is 0', () => {
    expect(gpt4o({})).toEqual({ unknown: 'no_usage' })
    expect(gpt4o({ inputTokens: null, outputTokens: null })).toEqual({ unknown: 'no_usage' })
    expect(gpt4o({ inputTokens: null, outputTokens: 5 })).toEqual({ unknown: 'no_usage' })
    expect(gpt4o({ inputTokens: 5, outputTokens: null })).toEqual({ unknown: 'unpriced_units' })
    expect(gpt4o({ inputTokens: 0, outputTokens: 0 }).priced?.costNanoUsd).toBe(0n)
  })

  test.each([
    { inputTokens: -1, outputTokens: 1 },
    { inputTokens: 1.5, outputTokens: 1 },
    { inputTokens: Number.NaN, outputTokens: 1 },
    { inputTokens: Number.POSITIVE_INFINITY, outputTokens: 1 },
    { inputTokens: 1, outputTokens: 1, reasoningTokens: 2 },
    { inputTokens: 1, outputTokens: 1, audioInputTokens: 2 },
    { inputTokens: 1, outputTokens: 1, audioOutputTokens: 2 },
    { inputTokens: 9, outputTokens: 1, cacheWriteTokens: 1, cacheWrite1hTokens: 2 },
    { inputTokens: 1, reasoningTokens: 2 },
  ])('refuses %j without throwing', (usage) => {
    expect(gpt4o(usage)).toEqual({ unknown: 'invalid_usage' })
  })

  test('one-hour cache writes cost their own rate, also when only they are named', () => {
    const call = { provider: 'anthropic', model: 'claude-sonnet-4-5', startedAt }
    const usage = { inputTokens: 1000, outputTokens: 0, cacheWrite1hTokens: 1000 }
    expect(cost({ ...call, usage })).toBe(6_000_000n)
    expect(cost({ ...call, usage: { ...usage, cacheWriteTokens: 1000 } })).toBe(6_000_000n)
    expect(cost({ ...call, usage: { ...usage, cacheWriteTokens: 1000, cacheWrite1hTokens: 0 } })).toBe(3_750_000n)
  })
})

describe('C6: billed units we cannot price make the cost unknown, never silently low', () => {
  const text = { inputTokens: 100, outputTokens: 10 }
  test.each([
    ['audio of a model without an audio rate', 'gpt-4o', { ...text, audioInputTokens: 10 }],
    ['audio answers of a model without an audio rate', 'gpt-4o', { ...text, audioOutputTokens: 10 }],
    ['cache writes of a model without a rate for them', 'gpt-4o', { ...text, cacheWriteTokens: 10 }],
    ['output that may be images', 'gemini-2.5-flash-image', text],
    ['output of a model that is billed for input only', 'text-embedding-3-small', text],
  ])('%s', (_title, model, usage) => {
    const provider = model.startsWith('gemini') ? 'google' : 'openai'
    expect(quoteCall({ provider, model, startedAt, usage })).toEqual({ unknown: 'unpriced_units' })
  })

  test('searches and other units beside the tokens', () => {
    expect(gpt4o(text, { otherUnits: { web_searches: 1 } })).toEqual({ unknown: 'unpriced_units' })
    expect(gpt4o(text, { otherUnits: { web_searches: 0 } }).priced).toBeDefined()
  })

  test('models the book lists without token rates', () => {
    expect(quoteCall({ provider: 'openai', model: 'whisper-1', startedAt, usage: text })).toEqual({
      unknown: 'no_price',
    })
  })

  test('a free variant is free, and says so', () => {
    const free = quoteCall({ provider: 'openrouter', model: 'openai/gpt-oss-20b:free', startedAt, usage: text }).priced
    expect(free).toMatchObject({ costNanoUsd: 0n, rates: {} })
  })

  test('tiers no price book has', () => {
    expect(gpt4o(text, { tier: 'priority' })).toEqual({ unknown: 'no_price' })
    expect(gpt4o(text, { tier: 'default' }).priced).toBeDefined()
  })
})

describe('finding the model', () => {
  test.each([
    ['gpt-4o-mini-2024-08-06', 'gpt-4o-mini'],
    ['gpt-5-20250807', 'gpt-5'],
    ['claude-3-5-sonnet@20240620', 'claude-3-5-sonnet'],
    ['models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['projects/p/locations/eu/publishers/google/models/gemini-2.5-pro', 'gemini-2.5-pro'],
    ['openai/gpt-4o', 'gpt-4o'],
    ['accounts/a/models/openai/gpt-4o-2024-08-06', 'gpt-4o'],
    ['gpt-4o', 'gpt-4o'],
    ['/', ''],
    ['', ''],
  ])('cleans %s to %s', (model, clean) => {
    expect(cleanModel(model)).toBe(clean)
  })

  test.each([
    ['x_ai', 'x-ai'],
    ['gcp.gen_ai', 'google'],
    ['azure.ai.inference', 'azure'],
    ['azure.responses', 'azure'],
    ['groq.chat', 'groq'],
    ['OpenAI', 'openai'],
  ])('knows provider %s as %s', (name, id) => {
    expect(providerOf(name)).toBe(id)
  })

  const usage = { inputTokens: 1_000_000, outputTokens: 0 }
  test.each([
    ['response model with its provider', { provider: 'openai', model: 'gpt-4o' }, 'openai', 'gpt-4o'],
    ['without a provider', { model: 'gpt-4o' }, 'openai', 'gpt-4o'],
    ['with a provider nobody knows', { provider: 'my-proxy', model: 'gpt-4o' }, 'openai', 'gpt-4o'],
    ['an invented dated id', { provider: 'openai', model: 'gpt-4o-mini-2024-08-06' }, 'openai', 'gpt-4o-mini'],
    ['the request model', { provider: 'openai', model: 'my-deployment', requestModel: 'gpt-4o' }, 'openai', 'gpt-4o'],
    ['the request model, cleaned', { model: '', requestModel: 'openai/gpt-4o' }, 'openai', 'gpt-4o'],
    [
      'a Vertex path',
      { provider: 'gcp.vertex_ai', model: 'publishers/google/models/gemini-2.5-pro' },
      'google',
      'gemini-2.5-pro',
    ],
    ['an alias', { provider: 'gcp.gen_ai', model: 'gemini-2.5-flash' }, 'google', 'gemini-2.5-flash'],
    ['an embedding', { provider: 'openai', model: 'text-embedding-3-small' }, 'openai', 'text-embedding-3-small'],
  ])('%s', (_title, names, provider, model) => {
    const priced = quoteCall({ ...names, startedAt, usage }).priced
    expect([priced?.priceProviderId, priced?.priceModelId]).toEqual([provider, model])
  })

  test('a model nobody lists has no price', () => {
    expect(quoteCall({ provider: 'openai', model: 'no-such-model', startedAt, usage })).toEqual({ unknown: 'no_price' })
    expect(quoteCall({ startedAt, usage })).toEqual({ unknown: 'no_price' })
  })

  test('the response model decides, also when the request model is cheaper', () => {
    expect(cost({ model: 'gpt-4o', requestModel: 'gpt-4o-mini', startedAt, usage })).toBe(2_500_000_000n)
  })

  test('remembers a bounded number of lookups and still answers', () => {
    for (let i = 0; i < 2_100; i += 1) quoteCall({ provider: 'openai', model: `gpt-4o-${i}-none`, startedAt, usage })
    expect(lookupsRemembered()).toBe(2_000)
    expect(cost({ provider: 'openai', model: 'gpt-4o', startedAt, usage })).toBe(2_500_000_000n)
  })
})

describe('C10: the price is that of the start of the call, and is kept with it', () => {
  test('rates, source and date are stored; the cost follows from them alone', () => {
    const priced = gpt4o({ inputTokens: 3050, outputTokens: 24, cacheReadTokens: 2816 }).priced
    expect(priced).toEqual({
      costNanoUsd: 4_345_000n,
      source: PRICE_BOOK,
      priceModelId: 'gpt-4o',
      priceProviderId: 'openai',
      rates: { input_mtok: 2.5, cache_read_mtok: 1.25, output_mtok: 10 },
      pricedAt: startedAt,
    })
    expect(JSON.parse(JSON.stringify(priced?.rates))).toEqual(priced?.rates)
  })

  test('a changed price holds from its date on, also when the model is remembered', () => {
    const call = { provider: 'openai', model: 'o3', usage: { inputTokens: 1_000_000, outputTokens: 0 } }
    const days = ['2025-06-09', '2025-06-11', '2025-06-09']
    expect(days.map((day) => cost({ ...call, startedAt: new Date(day) }))).toEqual([
      10_000_000_000n,
      2_000_000_000n,
      10_000_000_000n,
    ])
  })

  test('a tier above 200 k tokens is the rate used', () => {
    const call = { provider: 'google', model: 'gemini-2.5-pro', startedAt }
    const small = quoteCall({ ...call, usage: { inputTokens: 200_000, outputTokens: 0 } }).priced
    const large = quoteCall({ ...call, usage: { inputTokens: 200_001, outputTokens: 0 } }).priced
    expect([small?.rates['input_mtok'], large?.rates['input_mtok']]).toEqual([1.25, 2.5])
    expect(large?.costNanoUsd).toBe(200_001n * 2500n)
  })
})

describe('overrides', () => {
  const override = (more: Partial<PriceOverride> & Pick<PriceOverride, 'id'>): PriceOverride =>
    PriceOverride.parse({
      model: 'gpt-4o',
      validFrom: new Date('2025-01-01'),
      ratesUsdPerMTok: { input: '1', output: '2' },
      ...more,
    })
  const call = { provider: 'openai', model: 'gpt-4o', startedAt, usage: { inputTokens: 1_000_000, outputTokens: 0 } }

  test('beats the price book and names itself', () => {
    expect(priceCall(call, [override({ id: 'a' })])).toMatchObject({
      costNanoUsd: 1_000_000_000n,
      source: 'override:a',
    })
  })

  test.each([
    ['of another model', { model: 'gpt-4' }],
    ['of another provider', { provider: 'azure' }],
    ['of a later day', { validFrom: new Date('2026-01-01') }],
    ['of another tier', { tier: 'batch' }],
  ])('one %s does not apply', (_title, more) => {
    expect(priceCall(call, [override({ id: 'a', ...more })])?.source).toBe(PRICE_BOOK)
  })

  test('the narrowest and newest wins, in any order', () => {
    const all = [
      override({ id: 'any', model: '*' }),
      override({ id: 'pattern', model: 'gpt-4*', validFrom: new Date('2025-06-01') }),
      override({ id: 'old', model: 'GPT-4o' }),
      override({ id: 'new', validFrom: new Date('2025-10-01') }),
    ]
    expect([all, all.toReversed()].map((list) => priceCall(call, list)?.source)).toEqual([
      'override:new',
      'override:new',
    ])
    const named = override({ id: 'named', model: '*', provider: 'openai' })
    expect(priceCall(call, [...all, named])?.source).toBe('override:named')
  })

  test('prices a tier and every kind of token', () => {
    const batch = override({
      id: 'b',
      tier: 'batch',
      ratesUsdPerMTok: {
        input: '1',
        output: '8',
        cacheRead: '0.1',
        cacheWrite: '2',
        cacheWrite1h: '3',
        audioInput: '5',
        audioOutput: '9',
      },
    })
    const usage = {
      inputTokens: 1000,
      outputTokens: 100,
      cacheReadTokens: 100,
      cacheWriteTokens: 300,
      cacheWrite1hTokens: 200,
      audioInputTokens: 50,
      audioOutputTokens: 10,
      reasoningTokens: 20,
    }
    const input = 550n * 1000n + 100n * 100n + 100n * 2000n + 200n * 3000n + 50n * 5000n
    expect(cost({ ...call, tier: 'batch', usage }, [batch])).toBe(input + 90n * 8000n + 10n * 9000n)
  })

  test('a rate for input alone leaves output unpriced', () => {
    const input = override({ id: 'a', ratesUsdPerMTok: { input: '1' } })
    expect(quoteCall({ ...call, usage: { inputTokens: 1, outputTokens: 1 } }, [input])).toEqual({
      unknown: 'unpriced_units',
    })
  })

  test.each([
    ['gpt-4*', 'GPT-4o', true],
    ['*', '', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['aa*aa', 'aaa', false],
    ['gpt.4o', 'gpt-4o', false],
  ])('pattern %s against %s: %s', (pattern, name, fits) => {
    expect(matchesPattern(pattern, name)).toBe(fits)
  })
})

describe('properties', () => {
  const count = fc.nat(2_000_000)
  const details = fc.record(
    {
      outputTokens: count,
      cacheReadTokens: count,
      cacheWriteTokens: count,
      cacheWrite1hTokens: count,
      reasoningTokens: count,
      audioInputTokens: count,
    },
    { requiredKeys: [] },
  )

  test('never throws and never answers below 0, whatever it is given', () => {
    const wild = fc.oneof(fc.double(), fc.integer(), fc.constant(null))
    const keys = [
      'inputTokens',
      'outputTokens',
      'cacheReadTokens',
      'cacheWriteTokens',
      'reasoningTokens',
      'audioInputTokens',
    ]
    const usage = fc.dictionary(fc.constantFrom(...keys), wild)
    const name = fc.oneof(
      fc.string(),
      fc.constantFrom('gpt-4o', 'openai', 'google', 'litellm', '__proto__', 'constructor'),
    )
    fc.assert(
      fc.property(
        name,
        name,
        name,
        fc.date({ noInvalidDate: false }),
        usage,
        (provider, model, requestModel, at, counts) => {
          const quote = quoteCall({ provider, model, requestModel, startedAt: at, usage: counts })
          expect(quote.priced === undefined || quote.priced.costNanoUsd >= 0n).toBe(true)
        },
      ),
    )
  })

  test('is the integer formula over the stored rates, each token counted once', () => {
    fc.assert(
      fc.property(count, details, (inputTokens, rest) => {
        const usage = { inputTokens, outputTokens: 0, ...rest }
        const priced = priceCall({ provider: 'anthropic', model: 'claude-sonnet-4-5', startedAt, usage })
        if (!priced) return
        const read = usage.cacheReadTokens ?? 0
        const write1h = usage.cacheWrite1hTokens ?? 0
        const write = usage.cacheWriteTokens ?? write1h
        const parts: [number, string][] = [
          [inputTokens - read - write, 'input_mtok'],
          [read, 'cache_read_mtok'],
          [write - write1h, 'cache_write_mtok'],
          [write1h, 'cache_write_1h_mtok'],
          [usage.outputTokens, 'output_mtok'],
        ]
        const nano = (rate: string) => BigInt(Math.round((priced.rates[rate] ?? Number.NaN) * 1e9))
        const sum = parts.reduce((total, [tokens, rate]) => total + BigInt(tokens) * nano(rate), 0n)
        expect(priced.costNanoUsd).toBe((sum + 999_999n) / 1_000_000n)
      }),
    )
  })

  test('more tokens never cost less', () => {
    fc.assert(
      fc.property(count, count, count, (input, output, more) => {
        const of = (inputTokens: number, outputTokens: number) =>
          cost({ model: 'gpt-4o', startedAt, usage: { inputTokens, outputTokens } })
        const less = of(input, output) ?? 0n
        expect((of(input + more, output) ?? -1n) >= less && (of(input, output + more) ?? -1n) >= less).toBe(true)
      }),
    )
  })
})

describeWithSharedData('calls recorded from real clients', () => {
  const nullable = z.number().nullable()
  const Call = z.object({
    model: z.string(),
    requestModel: z.string(),
    inputTokens: z.number(),
    outputTokens: z.number(),
    cacheReadTokens: nullable,
    cacheWriteTokens: nullable,
    reasoningTokens: nullable,
    costNanoUsd: z.number(),
  })
  const Capture = z.object({ costNanoUsd: z.number(), calls: z.array(Call).optional() })
  const Single = z.object({
    leafModelCalls: z.number(),
    models: z.array(z.string()),
    ...Call.omit({ model: true, requestModel: true }).shape,
  })
  const captured = z.record(z.string(), Capture)
  const single = z.record(z.string(), Single)
  const Expected = z.object({
    otlp: z.object({ 'captured-real-clients': captured, 'reconstructed-otlp-json': single }),
  })
  const read = () => Expected.parse(JSON.parse(readFileSync(sharedData('expected.json'), 'utf8'))).otlp

  test('C2, C9: each recorded call costs what it should, to the nano-dollar', () => {
    for (const capture of Object.values(read()['captured-real-clients'])) {
      let sum = 0n
      for (const call of capture.calls ?? []) {
        // The embedding reports output 0; cached tokens nobody reported stay absent.
        const computed = cost({ model: call.model, requestModel: call.requestModel, startedAt, usage: call })
        expect([call.model, computed]).toEqual([call.model, BigInt(call.costNanoUsd)])
        sum += computed ?? 0n
      }
      expect(sum).toBe(BigInt(capture.costNanoUsd))
    }
  })

  test('the frameworks’ traces with one or equal calls cost what they should', () => {
    for (const trace of Object.values(read()['reconstructed-otlp-json'])) {
      const [model] = trace.models
      // Prices are linear here, so the sums of a trace of one model price like its calls.
      expect([model, cost({ model, startedAt, usage: trace })]).toEqual([model, BigInt(trace.costNanoUsd)])
    }
  })
})
