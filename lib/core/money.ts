/**
 * Money is an integer of nano-USD in code and tables, and a decimal string in USD with nine places on the wire.
 * A JS number stops being exact at about 9 million USD in nano, and sums of floats depend on their order.
 */

declare const nanoUsdBrand: unique symbol

/** Nano-USD: 1 USD = 1,000,000,000. Negative only as a difference. */
export type NanoUsd = bigint & { readonly [nanoUsdBrand]: 'NanoUsd' }

const NANO_PER_USD = 1_000_000_000n
const DECIMAL_USD = /^(0|[1-9]\d{0,5})(?:\.(\d{1,18}))?$/

/** Marks an integer of nano-USD as money. The one cast: every bigint is a valid amount, only its unit is claimed. */
export function nanoUsd(amount: bigint): NanoUsd {
  return amount as NanoUsd
}

/**
 * Reads a decimal string in USD, 0 ≤ x < 1,000,000 with up to 18 decimals, rounded half up to nano-USD.
 * @throws RangeError for anything else: signs, exponents, spaces, leading zeros, numbers out of range.
 */
export function parseUsd(decimal: string): NanoUsd {
  const match = DECIMAL_USD.exec(decimal)
  if (!match) {
    throw new RangeError('Money is a decimal string in USD, at least 0 and below 1000000, with up to 18 decimals.')
  }
  const [, whole = '0', fraction = ''] = match
  const atto = BigInt(whole + fraction.padEnd(18, '0'))
  return nanoUsd(divideHalfUp(atto, NANO_PER_USD))
}

/** USD with exactly nine places: `0.004445000`, `-1.000000001`. */
export function formatUsd(amount: bigint): string {
  const sign = amount < 0n ? '-' : ''
  const size = amount < 0n ? -amount : amount
  return `${sign}${size / NANO_PER_USD}.${(size % NANO_PER_USD).toString().padStart(9, '0')}`
}

/**
 * Quotient rounded to the nearest integer, halves towards plus infinity, as PostgreSQL's `floor(x + 0.5)`.
 * @throws RangeError when the denominator is 0.
 */
export function divideHalfUp(numerator: bigint, denominator: bigint): bigint {
  if (denominator === 0n) throw new RangeError('Division by zero.')
  const over = denominator < 0n ? -numerator : numerator
  const under = denominator < 0n ? -denominator : denominator
  const twice = 2n * over + under
  const quotient = twice / (2n * under)
  // bigint division truncates towards zero; half up needs the floor.
  return twice < 0n && twice % (2n * under) !== 0n ? quotient - 1n : quotient
}

/**
 * An amount per one of `count` things in USD with nine places, rounded half up; null when there are none.
 * @throws RangeError when the count is negative or not a whole number.
 */
export function ratioUsd(amount: bigint, count: number | bigint): string | null {
  const things = BigInt(count)
  if (things < 0n) throw new RangeError('A count is not negative.')
  return things === 0n ? null : formatUsd(divideHalfUp(amount, things))
}
