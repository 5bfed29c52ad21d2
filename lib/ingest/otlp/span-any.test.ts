import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DIALECTS } from '@/lib/ingest/dialects/known'
import type { AttributeValue } from '@/lib/ingest/otlp/types'
import { anEvent, aSpan, map } from '@/lib/ingest/testing/spans'

describe('any attributes at all', () => {
  const names = DIALECTS.flatMap(({ attributes, prefixes }) => [
    ...Object.keys(attributes),
    ...Object.keys(prefixes).map((prefix) => `${prefix}0.message.content`),
  ])
  const name = fc.oneof(
    fc.constantFrom(...names),
    fc.constantFrom(...names),
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('__proto__', 'constructor', 'llm.input_messages.0.__proto__.x'),
  )
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom(
      '',
      'null',
      '{}',
      '[]',
      '-1',
      '1e400',
      '{"a":',
      '["stop"]',
      '{"input":5,"input_cached":9}',
      '2026-02-17T23:00:00Z',
    ),
    fc.json(),
  )
  const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  }))
  const attributes = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 25 }) // prettier-ignore

  test('property: a mapper never throws, never makes counts that cannot be, and the order of attributes does not matter', () => {
    fc.assert(
      fc.property(attributes, fc.boolean(), (pairs, hasEvents) => {
        const events = hasEvents ? [anEvent('gen_ai.evaluation.result', Object.fromEntries(pairs))] : []
        const one = map(aSpan({ attributes: Object.fromEntries(pairs), events }))
        const other = map(aSpan({ attributes: Object.fromEntries(pairs.toReversed()), events }))
        expect(other).toEqual(one)
        const { node } = one
        for (const field of [
          'inputTokens',
          'outputTokens',
          'cacheReadTokens',
          'cacheWriteTokens',
          'reasoningTokens',
        ] as const) {
          expect(node[field] === null || (Number.isSafeInteger(node[field]) && node[field] >= 0)).toBe(true)
        }
        expect((node.cacheReadTokens ?? 0) + (node.cacheWriteTokens ?? 0)).toBeLessThanOrEqual(
          node.inputTokens ?? Infinity,
        )
        expect(node.reasoningTokens ?? 0).toBeLessThanOrEqual(node.outputTokens ?? Infinity)
        expect(node.name.length).toBeGreaterThan(0)
        const texts = [
          node.interactionId,
          node.agent,
          node.model,
          node.release,
          node.userId,
          node.toolName,
          node.responseId,
        ]
        for (const text of texts) expect(text?.length ?? 0).toBeLessThanOrEqual(256)
        expect(JSON.stringify(one.payload ?? null).includes('\\u0000')).toBe(false)
      }),
      { numRuns: 1000 },
    )
  }, 60_000)
})
