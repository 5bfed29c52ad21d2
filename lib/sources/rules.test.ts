import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addSighting, sightingsOf, sourceKey, traitsOf, writeDelayMs, type SeenSpan, type Sighting } from './rules'
import { MODELS_MAX, REJECTIONS_MAX, UNKNOWN_KEYS_MAX } from './schema'

const now = new Date('2026-11-20T10:00:00Z')
const from = { keyId: 'abcdefghijkl', road: 'otlp', now } as const

const span = (node: Partial<SeenSpan['node']> = {}, more: Partial<Omit<SeenSpan, 'node'>> = {}): SeenSpan => ({
  node: {
    traceId: 't1',
    kind: 'tool',
    status: 'ok',
    startUs: now.getTime() * 1000,
    agent: 'shop',
    scope: 'scope.a',
    interactionId: null,
    provider: null,
    model: null,
    requestModel: null,
    inputTokens: null,
    outputTokens: null,
    costReported: null,
    ...node,
  },
  scopeVersion: '1.0.0',
  unknownKeys: [],
  dialects: [],
  ...more,
})
const call = (node: Partial<SeenSpan['node']> = {}) =>
  span({ kind: 'llm', model: 'gpt-4o-mini', provider: 'openai', inputTokens: 100, outputTokens: 10, ...node })
const one = (...spans: SeenSpan[]): Sighting => {
  const sightings = sightingsOf(from, spans, [])
  expect(sightings).toHaveLength(1)
  return sightings[0] ?? raise()
}
const raise = (): never => {
  throw new Error('nothing was seen')
}

describe('what a batch tells', () => {
  test('services, scopes and scope versions are told apart', () => {
    const spans = [
      span(),
      span({ scope: 'scope.b' }),
      span({ agent: 'desk' }),
      span({}, { scopeVersion: '1.0.1' }),
      span(),
    ]
    expect(sightingsOf(from, spans, []).map(({ spans }) => spans)).toEqual([2, 1, 1, 1])
  })

  test('model calls are counted with their tokens, and what lacks counts or a price is told apart', () => {
    const seen = one(
      call(),
      call({ inputTokens: 5, outputTokens: null }),
      call({ inputTokens: null, outputTokens: null }),
      call({ model: 'our-own-model', provider: null }),
      call({ model: 'our-own-model', provider: null, costReported: 7n }),
      span(),
    )
    expect(seen).toMatchObject({ spans: 6, kinds: { llm: 5, tool: 1 }, modelCalls: 5, inputTokens: 305 })
    expect(seen).toMatchObject({ callsWithoutUsage: 1, callsWithoutPrice: 1, modelsWithoutPrice: ['our-own-model'] })
  })

  test('a failed call without counts is no gap: nobody billed it', () => {
    expect(one(call({ inputTokens: null, outputTokens: null, status: 'error' })).callsWithoutUsage).toBe(0)
  })

  test('one span that names the interaction serves its whole trace, in any order', () => {
    const named = span({ interactionId: 'session-1' })
    expect(one(span(), span({ traceId: 't2' }), named).spansWithoutInteraction).toBe(1)
    expect(one(named, span(), span({ traceId: 't2' })).spansWithoutInteraction).toBe(1)
  })

  test('what was refused is a source of its own, with the latest reasons only', () => {
    const refused = Array.from({ length: 9 }, (_, n) => ({ reason: `reason ${n}`, span: `t/${n}` }))
    const [first, second] = sightingsOf(from, [span()], refused)
    expect(first).toMatchObject({ service: 'shop', rejected: 0 })
    expect(second).toMatchObject({ service: null, spans: 0, rejected: 9 })
    expect(second?.rejections.map(({ span }) => span)).toEqual(['t/8', 't/7', 't/6', 't/5', 't/4'])
  })

  test('no key of an agent, no control character and no half of a pair gets into what is kept', () => {
    const secret = `sbx_abcdefghijkl_${'s'.repeat(43)}`
    const [seen] = sightingsOf(from, [span({}, { unknownKeys: [`a\u0000b`, '\ud800', secret] })], [])
    expect(seen?.unknownKeys).toEqual(['a\uFFFDb', '\uFFFD', 'sbx_abcdefghijkl_…'])
    const [refused] = sightingsOf(from, [], [{ reason: `bad ${secret}` }])
    expect(refused?.rejections[0]?.reason).toBe('bad sbx_abcdefghijkl_…')
  })

  test('nothing grows without bound', () => {
    const many = Array.from({ length: 300 }, (_, n) => call({ model: `model-${n}` })).map((each, n) => ({
      ...each,
      unknownKeys: [`${n}.${'k'.repeat(300)}`],
    }))
    const seen = one(...many)
    expect(seen.unknownKeys).toHaveLength(UNKNOWN_KEYS_MAX)
    expect(Math.max(...seen.unknownKeys.map((key) => key.length))).toBeLessThanOrEqual(128)
    expect(seen.models).toHaveLength(MODELS_MAX)
  })
})

describe('sightings of several requests', () => {
  const spans = fc.array(
    fc.record({
      kind: fc.constantFrom('llm', 'tool', 'other'),
      agent: fc.constantFrom('a', 'b', null),
      traceId: fc.constantFrom('t1', 't2'),
      inputTokens: fc.option(fc.nat(1000)),
    }),
  )
  const sum = (sightings: readonly Sighting[]) => {
    const all = new Map<string, Sighting>()
    for (const seen of structuredClone(sightings)) {
      const before = all.get(sourceKey(seen))
      if (before) addSighting(before, seen)
      else all.set(sourceKey(seen), seen)
    }
    return [...all.values()]
      .map(({ spans, kinds, modelCalls, inputTokens, service }) => ({ service, spans, kinds, modelCalls, inputTokens }))
      .sort((x, y) => String(x.service).localeCompare(String(y.service)))
  }
  test('add up to what one request with all of it would have told, in either order', () => {
    fc.assert(
      fc.property(spans, spans, (first, second) => {
        const [a, b] = [first, second].map((nodes) =>
          sightingsOf(
            from,
            nodes.map((node) => span(node)),
            [],
          ),
        )
        const whole = sightingsOf(
          from,
          [...first, ...second].map((node) => span(node)),
          [],
        )
        expect(sum([...(a ?? []), ...(b ?? [])])).toEqual(sum(whole))
        expect(sum([...(b ?? []), ...(a ?? [])])).toEqual(sum(whole))
      }),
    )
  })

  test('keep the latest trace and the latest refusals whichever comes first', () => {
    const later = { ...from, now: new Date(now.getTime() + 1000) }
    const [old] = sightingsOf(from, [span({ traceId: 'old' })], [])
    const [recent] = sightingsOf(later, [span({ traceId: 'recent' })], [])
    if (!old || !recent) return raise()
    addSighting(recent, old)
    expect(recent).toMatchObject({ lastTraceId: 'recent', lastSeenAt: later.now, firstSeenAt: now, spans: 2 })
    const [refusedOld] = sightingsOf(
      from,
      [],
      Array.from({ length: 5 }, () => ({ reason: 'old' })),
    )
    const [refusedRecent] = sightingsOf(later, [], [{ reason: 'recent' }])
    if (!refusedOld || !refusedRecent) return raise()
    addSighting(refusedRecent, refusedOld)
    expect(refusedRecent.rejections.map(({ reason }) => reason)).toEqual(['recent', 'old', 'old', 'old', 'old'])
    expect(refusedRecent.rejections).toHaveLength(REJECTIONS_MAX)
  })
})

describe('when it is written', () => {
  test('news at once, everything else five seconds after the last write', () => {
    const before = (ms: number) => new Date(now.getTime() - ms)
    expect(writeDelayMs(true, null, now)).toBe(0)
    expect(writeDelayMs(true, before(10_000), now)).toBe(0)
    expect(writeDelayMs(false, before(1_000), now)).toBe(4_000)
    expect(writeDelayMs(false, before(9_000), now)).toBe(0)
  })

  test('a team that is nothing but news writes four times a second', () => {
    expect(writeDelayMs(true, new Date(now.getTime() - 100), now)).toBe(150)
  })

  test('a kind, a model, an unknown attribute, a gap and a refusal are news', () => {
    const before = new Set(traitsOf(one(call({ interactionId: 's' }))))
    const isNews = (seen: Sighting) => traitsOf(seen).some((trait) => !before.has(trait))
    expect(isNews(one(call({ interactionId: 's', inputTokens: 7 })))).toBe(false)
    expect(isNews(one(span({ interactionId: 's' })))).toBe(true)
    expect(isNews(one(call({ interactionId: 's', model: 'gpt-4o' })))).toBe(true)
    expect(isNews(one(call()))).toBe(true)
    expect(isNews(one({ ...call({ interactionId: 's' }), unknownKeys: ['x'] }))).toBe(true)
  })
})
