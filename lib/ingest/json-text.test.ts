import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_NODES, parseJson } from '@/lib/ingest/json-text'
import { quoteLongIntegers } from '@/lib/ingest/otlp/long-integers'

test('brackets inside of texts are no objects: a large payload full of them is taken', () => {
  const payload = JSON.stringify({ code: '{[\\"'.repeat(MAX_NODES) })
  expect(parseJson(JSON.stringify({ payload }))).toEqual({ payload })
})

test('more objects and arrays than memory should hold are refused before they are made', () => {
  const list = (count: number): string => `[${'{},'.repeat(count - 2)}{}]`
  expect(parseJson(list(MAX_NODES))).toHaveLength(MAX_NODES - 1)
  expect(() => parseJson(list(MAX_NODES + 1))).toThrow(/objects and arrays/)
})

test('quoting long integers changes nothing but long integers, in any JSON', () => {
  const digits = fc.bigInt({ min: 10n ** 15n, max: 10n ** 25n }).map((value) => `@@${value}@@`)
  const tricky = fc.constantFrom(
    '"',
    '\\',
    '\\"',
    ': 1234567890123456789,',
    '[-1234567890123456',
    '1.1234567890123456789',
  )
  const value = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(digits, fc.string(), tricky, fc.double({ min: -1e12, max: 1e12, noNaN: true }), fc.boolean()),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(fc.string(), tricky), tie('any'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).any
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1), (made, indent) => {
      const text = JSON.stringify(made, null, indent)
      const bare = text.replace(/"@@(\d+)@@"/g, '$1')
      const quoted = text.replace(/"@@(\d+)@@"/g, '"$1"')
      // A bare integer at the top of the text stays one: a request is never a number.
      if (!/^\d/.test(bare)) expect(JSON.parse(quoteLongIntegers(bare))).toEqual(JSON.parse(quoted))
    }),
    { numRuns: 1_000 },
  )
})
