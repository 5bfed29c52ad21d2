import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  atLeast,
  counted,
  formatAge,
  formatAgo,
  formatChange,
  formatCount,
  formatDuration,
  formatMoney,
  formatPoints,
  formatRate,
  formatTime,
  formatTokens,
  inWords,
} from './format'

const NOW = new Date('2026-11-18T14:32:07Z')

describe('money', () => {
  test.each([
    ['0.116600000', 'each', '$0.1166'],
    ['0.121620116', 'each', '$0.1216'],
    ['0.000049999', 'each', '< $0.0001'],
    ['0.000050000', 'each', '$0.0001'],
    ['0.000000000', 'each', '$0.0000'],
    ['6163.850000000', 'total', '$6,163.85'],
    ['6163.855000000', 'total', '$6,163.86'],
    ['0.004999999', 'total', '< $0.01'],
    ['0.000000000', 'total', '$0.00'],
    ['-18.020000000', 'total', '−$18.02'],
    ['1234567.891234567', 'total', '$1,234,567.89'],
    ['9999.990000000', 'short', '$9,999.99'],
    ['14210.120000000', 'short', '$14.2k'],
    ['40200.000000000', 'short', '$40.2k'],
    ['1250000.000000000', 'short', '$1.25M'],
  ] as const)('%s as %s is %s', (decimal, use, text) => {
    expect(formatMoney(decimal, use).value).toBe(text)
  })

  test('unknown is a word, and the full value is kept for hover', () => {
    expect(formatMoney(null, 'total')).toEqual({ value: 'unknown' })
    expect(formatMoney('14210.123456789', 'short').exact).toBe('$14,210.123456789')
    expect(atLeast(formatMoney('10200.000000000', 'short')).value).toBe('≥ $10.2k')
    expect(atLeast(formatMoney(null, 'short')).value).toBe('unknown')
  })

  test('no amount above zero is ever written as zero', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), fc.constantFrom('each', 'total', 'short'), (nano, use) => {
        const decimal = `${nano / 1_000_000_000n}.${(nano % 1_000_000_000n).toString().padStart(9, '0')}`
        expect(formatMoney(decimal, use).value).not.toMatch(/^\$0\.0+$/)
      }),
    )
  })
})

test.each([
  [0, '0'],
  [812, '812'],
  [18204, '18,204'],
  [1000000, '1,000,000'],
])('count %d is %s', (count, text) => {
  expect(formatCount(count)).toBe(text)
})

test.each([
  [0, '0'],
  [9999, '9,999'],
  [41200, '41.2k'],
  [999949, '999.9k'],
  [999951, '1.00M'],
  [3910000, '3.91M'],
  [164200000, '164.2M'],
  [2500000000, '2.50B'],
])('%d tokens are %s', (tokens, text) => {
  expect(formatTokens(tokens)).toEqual({ value: text, exact: formatCount(tokens) })
})

test('rates have one decimal, two under 1 %, and say nothing of nothing', () => {
  expect(formatRate(814, 1000)).toEqual({ value: '81.4', unit: '%', exact: '814 of 1,000' })
  expect(formatRate(9, 2140)?.value).toBe('0.42')
  expect(formatRate(0, 10)?.value).toBe('0.0')
  expect(formatRate(10, 10)?.value).toBe('100.0')
  expect(formatRate(0, 0)).toBeNull()
})

test('changes carry a sign with a true minus', () => {
  expect(formatChange(116, 100)).toEqual({ value: '+16.0', unit: '%' })
  expect(formatChange(97, 100)?.value).toBe('−3.0')
  expect(formatChange(100, 100)?.value).toBe('0.0')
  expect(formatChange(5, 0)).toBeNull()
  expect(formatPoints(0.885, 0.889)).toEqual({ value: '−0.40', unit: 'pp' })
})

test.each([
  [0, '0 ms'],
  [212.4, '212 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [7400, '7.4 s'],
  [59_949, '59.9 s'],
  [59_960, '1 m'],
  [88_000, '1 m 28 s'],
  [3_600_000, '1 h'],
  [22_320_000, '6 h 12 m'],
  [190_800_000, '2 d 5 h'],
  [8_640_000_000, '100 d'],
  [null, 'unknown'],
])('%s ms is %s', (ms, text) => {
  expect(inWords(formatDuration(ms))).toBe(text)
})

test('times are UTC, with the year only when it is not the current one', () => {
  expect(formatTime('2026-11-18T14:32:07Z', NOW)).toBe('18 Nov 14:32')
  expect(formatTime('2026-11-18T14:32:07Z', NOW, 'seconds')).toBe('18 Nov 14:32:07')
  expect(formatTime('2025-03-02T09:05:00Z', NOW)).toBe('2 Mar 2025 09:05')
  expect(formatTime('2027-02-16T00:00:00+02:00', NOW, 'day')).toBe('15 Feb 2027')
})

test.each([
  ['2026-11-18T14:32:04Z', 'just now'],
  ['2026-11-18T14:31:29Z', '38 s'],
  ['2026-11-18T14:18:02Z', '14 min'],
  ['2026-11-18T09:00:00Z', '5 h'],
  ['2026-11-06T09:00:00Z', '12 d'],
])('the age of %s is %s', (iso, text) => {
  expect(formatAge(iso, NOW)).toBe(text)
  expect(formatAgo(iso, NOW)).toBe(text === 'just now' ? text : `${text} ago`)
})

test('counted nouns agree with their number', () => {
  expect(counted(1, 'agent')).toBe('1 agent')
  expect(counted(1204, 'agent')).toBe('1,204 agents')
  expect(counted(0, 'person', 'people')).toBe('0 people')
})
