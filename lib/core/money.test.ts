import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { divideHalfUp, formatUsd, nanoUsd, parseUsd, ratioUsd } from './money'

describe('parseUsd', () => {
  test.each([
    ['0', 0n],
    ['0.0', 0n],
    ['1', 1_000_000_000n],
    ['0.004445', 4_445_000n],
    ['0.06482500000000001', 64_825_000n],
    ['0.0000000005', 1n],
    ['0.000000000499999999', 0n],
    ['0.000000001500000000', 2n],
    ['999999.999999999', 999_999_999_999_999n],
    ['999999.9999999999', 1_000_000_000_000_000n],
  ])('reads %s', (text, nano) => {
    expect(parseUsd(text)).toBe(nano)
  })

  test.each([
    '',
    ' ',
    '-1',
    '+1',
    '-0',
    '1e-7',
    '1E3',
    '.5',
    '5.',
    '01',
    '1,5',
    '1_000',
    '0x10',
    ' 1',
    '1 ',
    '1\n',
    'NaN',
    'Infinity',
    '1000000',
    '0.1234567890123456789',
    '١',
    '1.2.3',
  ])('refuses %j', (text) => {
    expect(() => parseUsd(text)).toThrow(RangeError)
  })

  test('what was formatted is read back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 999_999_999_999_999n }), (nano) => {
        expect(parseUsd(formatUsd(nano))).toBe(nano)
      }),
    )
  })
})

describe('formatUsd', () => {
  test.each([
    [0n, '0.000000000'],
    [1n, '0.000000001'],
    [-1n, '-0.000000001'],
    [-1_000_000_001n, '-1.000000001'],
    [121_620_116_279n, '121.620116279'],
    [10n ** 30n, '1000000000000000000000.000000000'],
  ])('writes %s as %s', (nano, text) => {
    expect(formatUsd(nano)).toBe(text)
  })
})

describe('divideHalfUp', () => {
  test.each([
    [5n, 2n, 3n],
    [-5n, 2n, -2n],
    [5n, -2n, -2n],
    [-5n, -2n, 3n],
    [4n, 3n, 1n],
    [-4n, 3n, -1n],
    [-7n, 4n, -2n],
    [0n, 7n, 0n],
  ])('%s / %s = %s', (numerator, denominator, quotient) => {
    expect(divideHalfUp(numerator, denominator)).toBe(quotient)
  })

  test('refuses to divide by zero', () => {
    expect(() => divideHalfUp(1n, 0n)).toThrow(RangeError)
  })

  test('is the integer q with 2d·q ≤ 2n + d < 2d·(q + 1)', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n }), (numerator, denominator) => {
        const quotient = divideHalfUp(numerator, denominator)
        const twice = 2n * numerator + denominator
        expect(2n * denominator * quotient <= twice && twice < 2n * denominator * (quotient + 1n)).toBe(true)
      }),
    )
  })
})

describe('ratioUsd', () => {
  test('cost per resolution of the two published releases', () => {
    expect(ratioUsd(nanoUsd(10_459_330_000n), 86)).toBe('0.121620116')
    expect(ratioUsd(nanoUsd(16_285_860_000n), 92)).toBe('0.177020217')
  })

  test('nothing to divide by is unknown, not zero', () => {
    expect(ratioUsd(5n, 0)).toBeNull()
    expect(ratioUsd(0n, 3)).toBe('0.000000000')
  })

  test('refuses counts that are not counts', () => {
    expect(() => ratioUsd(5n, -1)).toThrow(RangeError)
    expect(() => ratioUsd(5n, 1.5)).toThrow(RangeError)
  })
})
