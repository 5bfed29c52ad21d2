import { expect, test } from 'vitest'
import { attributeReadings } from './attribute-rules'

test.each([
  ['shop.plan:gold', [{ 'shop.plan': 'gold' }, { 'shop.plan': ['gold'] }]],
  ['n:42', [{ n: '42' }, { n: ['42'] }, { n: 42 }, { n: [42] }]],
  ['n:-0.5', [{ n: '-0.5' }, { n: ['-0.5'] }, { n: -0.5 }, { n: [-0.5] }]],
  ['is.vip:true', [{ 'is.vip': 'true' }, { 'is.vip': ['true'] }, { 'is.vip': true }, { 'is.vip': [true] }]],
])('%s is looked for as text and as what it reads as, alone and in a list', (pair, readings) => {
  expect(attributeReadings(pair)).toEqual(readings)
})

test.each(['n:007', 'n:1e3', 'n: 5', 'n:12345678901234567890', 'n:Infinity', 'n:True'])('%s is text only', (pair) => {
  expect(attributeReadings(pair).every((one) => [one['n']].flat().every((value) => typeof value === 'string'))).toBe(
    true,
  )
})

test('keys and values may hold colons: every way to part them is tried, up to four', () => {
  expect(attributeReadings('genkit:metadata:flow').map((one) => Object.keys(one)[0])).toEqual([
    'genkit',
    'genkit',
    'genkit:metadata',
    'genkit:metadata',
  ])
  expect(attributeReadings('a:b:c:d:e:f:g')).toHaveLength(8)
})

test('a pair without key or value means nothing', () => {
  expect([':x', 'x:', 'x', ''].flatMap(attributeReadings)).toEqual([])
})

test('__proto__ is a key like any other', () => {
  expect(JSON.stringify(attributeReadings('__proto__:x')[0])).toBe('{"__proto__":"x"}')
})
