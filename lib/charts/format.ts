import { divideHalfUp } from '@/lib/core/money'

/**
 * How numbers, money and time are written everywhere in the console. Pure; `now` is an argument; all times are UTC,
 * which a screen says once. Unknown is a word or `–`, never 0.
 */

/** A figure as drawn: the number, its small unit, and the full value for hover and copying. */
export type Figure = { value: string; unit?: string; exact?: string }

export const NONE = '–'
const NANO = 1_000_000_000n
const DECIMAL = /^(-?)(\d+)(?:\.(\d{1,9}))?$/

/**
 * Money in USD from the wire's decimal string.
 * `each` is per resolution or per call, 4 decimals; `total` has 2; `short` is a total as `$14.2k` from 10,000 on.
 */
export const formatMoney = (decimal: string | null, use: 'each' | 'total' | 'short'): Figure => {
  if (decimal === null) return { value: 'unknown' }
  const nano = parseNano(decimal)
  const exact = `${decimal.startsWith('-') ? '−' : ''}$${withCommas(decimal.replace('-', ''))}`
  const size = nano < 0n ? -nano : nano
  const sign = nano < 0n ? '−' : ''
  if (use === 'short' && size >= 10_000n * NANO) return { value: `${sign}$${shortened(Number(size / NANO))}`, exact }
  const places = use === 'each' ? 4 : 2
  const rounded = divideHalfUp(size, 10n ** BigInt(9 - places))
  // A cost that exists is not nothing: below the last shown place it is a bound, not $0.00.
  if (rounded === 0n && size > 0n) return { value: `< ${sign}$0.${'0'.repeat(places - 1)}1`, exact }
  const digits = rounded.toString().padStart(places + 1, '0')
  return { value: `${sign}$${withCommas(digits.slice(0, -places))}.${digits.slice(-places)}`, exact }
}

/** Money of which a part is unknown is a lower bound: `≥ $10.2k`. */
export const atLeast = (figure: Figure): Figure =>
  figure.value.startsWith('$') ? { ...figure, value: `≥ ${figure.value}` } : figure

export const formatCount = (count: number): string => withCommas(String(count))

/** Tokens: `812`, `9,120`, `41.2k`, `3.91M`, `164.2M`. */
export const formatTokens = (tokens: number | null): Figure =>
  tokens === null ? { value: 'unknown' } : { value: shortened(tokens), exact: formatCount(tokens) }

/** Share of a whole, one decimal, two under 1 %. Null when there is nothing to divide by. */
export const formatRate = (part: number, whole: number): Figure | null => {
  if (whole === 0) return null
  const percent = (part / whole) * 100
  const value = percent > 0 && percent < 1 ? percent.toFixed(2) : percent.toFixed(1)
  return { value, unit: '%', exact: `${formatCount(part)} of ${formatCount(whole)}` }
}

/** Change of an amount in per cent, `+16.0 %`; null when there was nothing before. */
export const formatChange = (now: number, before: number): Figure | null =>
  before === 0 ? null : { value: signed(((now - before) / Math.abs(before)) * 100), unit: '%' }

/** Change of a rate in percentage points; both are fractions from 0 to 1. */
export const formatPoints = (now: number, before: number): Figure => ({
  value: signed((now - before) * 100),
  unit: 'pp',
})

/** Milliseconds as `212 ms`, `7.4 s`, `1 m 28 s`, `2 d 5 h`: at most two units, the smaller one only where it counts. */
export const formatDuration = (ms: number | null): Figure => {
  if (ms === null) return { value: 'unknown' }
  if (ms < 999.5) return { value: String(Math.round(ms)), unit: 'ms' }
  if (ms < 59_950) return { value: (ms / 1000).toFixed(1), unit: 's' }
  const seconds = Math.round(ms / 1000)
  for (const [large, small, size, step] of UNITS) {
    if (seconds < size * step.limit) return { value: twoUnits(seconds, large, small, size, step.of) }
  }
  return { value: `${formatCount(Math.floor(seconds / 86_400))} d` }
}

/** `18 Nov 14:32`; the year only when it is not the current one; `2 Mar 2025 09:05`. */
export const formatTime = (iso: string, now: Date, detail: 'minutes' | 'seconds' | 'day' = 'minutes'): string => {
  const time = new Date(iso)
  const day = `${time.getUTCDate()} ${MONTHS[time.getUTCMonth()] ?? ''}`
  const dated = time.getUTCFullYear() === now.getUTCFullYear() ? day : `${day} ${time.getUTCFullYear()}`
  if (detail === 'day') return dated
  const clock = iso8601Clock(time)
  return `${dated} ${detail === 'seconds' ? clock : clock.slice(0, 5)}`
}

/** Clock of a UTC instant, `14:32:07`. */
export const iso8601Clock = (time: Date): string => time.toISOString().slice(11, 19)

/** Relative times are for ages only: `just now`, `38 s`, `14 min`, `5 h`, `12 d`. */
export const formatAge = (iso: string, now: Date): string => {
  const seconds = Math.floor((now.getTime() - new Date(iso).getTime()) / 1000)
  if (seconds < 5) return 'just now'
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`
  return `${formatCount(Math.floor(seconds / 86_400))} d`
}

/** The same as an answer to "when": `just now`, `38 s ago`. */
export const formatAgo = (iso: string, now: Date): string => {
  const age = formatAge(iso, now)
  return age === 'just now' ? age : `${age} ago`
}

/** A number with its noun: `1 agent`, `1,204 agents`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** A figure in running text. */
export const inWords = (figure: Figure): string => (figure.unit ? `${figure.value} ${figure.unit}` : figure.value)

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const UNITS = [
  ['m', 's', 60, { limit: 60, of: 1 }],
  ['h', 'm', 3_600, { limit: 24, of: 60 }],
  ['d', 'h', 86_400, { limit: 10, of: 3_600 }],
] as const

const twoUnits = (seconds: number, large: string, small: string, size: number, of: number): string => {
  const rest = Math.floor((seconds % size) / of)
  const main = `${Math.floor(seconds / size)} ${large}`
  return rest === 0 ? main : `${main} ${rest} ${small}`
}

/** USD to nano-USD without a detour through floating point. */
const parseNano = (decimal: string): bigint => {
  const match = DECIMAL.exec(decimal)
  if (!match) throw new RangeError(`Not a decimal amount: ${decimal}`)
  const [, sign, whole = '0', fraction = ''] = match
  const nano = BigInt(whole + fraction.padEnd(9, '0'))
  return sign === '-' ? -nano : nano
}

const withCommas = (digits: string): string => {
  const [whole = '', fraction] = digits.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

const shortened = (value: number): string => {
  if (value < 10_000) return formatCount(value)
  // Each step is taken where rounding would otherwise write 1000.0 of the smaller unit.
  for (const [size, letter] of [
    [1e3, 'k'],
    [1e6, 'M'],
    [1e9, 'B'],
  ] as const) {
    const scaled = value / size
    if (scaled < 999.95) return `${scaled < 10 ? scaled.toFixed(2) : scaled.toFixed(1)}${letter}`
  }
  return `${withCommas((value / 1e12).toFixed(1))}T`
}

const signed = (value: number): string => {
  const text = Math.abs(value).toFixed(Math.abs(value) > 0 && Math.abs(value) < 1 ? 2 : 1)
  if (Number(text) === 0) return '0.0'
  return `${value < 0 ? '−' : '+'}${text}`
}
