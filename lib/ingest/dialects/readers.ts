import { divideHalfUp } from '@/lib/core/money'
import type { AttributeValue } from '@/lib/ingest/otlp/types'

/** How the value of an attribute is read: undefined = absent, BAD = there, but it cannot be what it claims. */
export const BAD = Symbol('bad')
export type Reader<T> = (value: AttributeValue) => T | undefined | typeof BAD

const EMPTY_TEXTS = new Set(['', 'null', '{}', '[]', '""'])
const LONGEST_EMPTY = 8

/** Empty strings, "null" and empty JSON say nothing (wire.md 3). */
export const isAbsent = (value: AttributeValue): boolean => {
  if (value === null) return true
  if (typeof value === 'string') {
    return value.length <= LONGEST_EMPTY ? EMPTY_TEXTS.has(value.replaceAll(' ', '')) : value.trim() === ''
  }
  if (typeof value !== 'object') return false
  return Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0
}

export const text: Reader<string> = (value) => {
  if (isAbsent(value) || typeof value === 'object') return undefined
  return typeof value === 'string' ? value : String(value)
}

/** Text that senders may have put into JSON quotes. */
export const jsonText: Reader<string> = (value) => {
  const read = text(value)
  if (typeof read !== 'string' || !read.startsWith('"')) return read
  const parsed = parseJson(read)
  return typeof parsed === 'string' ? text(parsed) : read
}

/** The first of a list, also of one written as JSON. */
export const first: Reader<string> = (value) => {
  const list = typeof value === 'string' && value.startsWith('[') ? parseJson(value) : value
  return Array.isArray(list) ? text(list[0] ?? null) : text(value)
}

/** Of several names the one they have in common with a table; any other is absent, or `otherwise`. */
export const oneOf =
  <T>(table: Readonly<Record<string, T>>, otherwise?: NoInfer<T>): Reader<T> =>
  (value) => {
    const read = text(value)
    if (typeof read !== 'string') return undefined
    const key = read.trim().toLowerCase()
    return Object.hasOwn(table, key) ? table[key] : otherwise
  }

/** What every count must stay below; no model has ever read as much. */
const COUNT_MAX = 1e12

/** A whole number of tokens, as number or as text. */
export const count: Reader<number> = (value) => {
  if (isAbsent(value)) return undefined
  const number = typeof value === 'string' && /^\s*\d{1,13}(\.0+)?\s*$/.test(value) ? Number(value) : value
  if (typeof number !== 'number') return BAD
  return Number.isInteger(number) && number >= 0 && number <= COUNT_MAX ? number : BAD
}

export const boolean: Reader<boolean> = (value) => {
  if (typeof value === 'boolean') return value
  const read = text(value)
  return read === 'true' || read === '1' ? true : read === 'false' || read === '0' ? false : undefined
}

const number: Reader<number> = (value) => {
  if (typeof value === 'number') return value
  const read = text(value)
  if (typeof read !== 'string') return undefined
  const parsed = Number(read)
  return Number.isFinite(parsed) ? parsed : undefined
}
export const decimal = number

const DAY_MS = 86_400_000
const duration =
  (msPerUnit: number): Reader<number> =>
  (value) => {
    const read = number(value)
    if (typeof read !== 'number') return undefined
    const ms = read * msPerUnit
    return ms >= 0 && ms <= DAY_MS ? ms : undefined
  }
export const milliseconds = duration(1)
export const seconds = duration(1000)

/** Content: whatever it is, unless it says nothing. Read later, and only if it is the one that counts. */
export const content: Reader<AttributeValue> = (value) => (isAbsent(value) ? undefined : value)

/** Money, converted to nano-USD once (wire.md 3.3). */
export const usd: Reader<bigint> = (value) => {
  const read = attoUsd(value)
  return typeof read === 'bigint' ? nanoOf(read) : read
}

const NANO_PER_USD = 1_000_000_000n
const ATTO_DIGITS = 18
const ATTO_LIMIT = 1_000_000n * 10n ** BigInt(ATTO_DIGITS)
const DECIMAL = /^\+?(\d{0,25})(?:\.(\d{0,60}))?(?:[eE]([+-]?\d{1,3}))?$/

/** 10⁻¹⁸ USD, so that a sum of parts is rounded once: a number or decimal text with or without exponent. */
export const attoUsd: Reader<bigint> = (value) => {
  if (isAbsent(value)) return undefined
  if (typeof value !== 'string' && typeof value !== 'number') return BAD
  const match = DECIMAL.exec(String(value).trim())
  if (!match) return BAD
  const [, whole = '', fraction = '', exponent = '0'] = match
  if (whole + fraction === '') return BAD
  const digits = BigInt(whole + fraction)
  const shift = ATTO_DIGITS + Number(exponent) - fraction.length
  if (digits === 0n) return 0n
  if (shift > ATTO_DIGITS + 6) return BAD
  const atto = shift >= 0 ? digits * 10n ** BigInt(shift) : divideHalfUp(digits, 10n ** BigInt(-shift))
  return atto < ATTO_LIMIT ? atto : BAD
}

export const nanoOf = (atto: bigint): bigint => divideHalfUp(atto, NANO_PER_USD)

/** Undefined when it is not JSON. */
export const parseJson = (value: string): AttributeValue | undefined => {
  try {
    return asAttributeValue(JSON.parse(value))
  } catch {
    return undefined
  }
}

/** What JSON.parse makes is JSON. */
const asAttributeValue = (parsed: unknown): AttributeValue => parsed as AttributeValue

export type JsonObject = { [key: string]: AttributeValue }
export const isObject = (value: AttributeValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Longer JSON is not opened for single values in it: that would cost more than they are worth. */
const OPENED_MAX = 256 * 1024

/** An object, or JSON text of one. */
export const objectOf = (value: AttributeValue | undefined, maxChars = OPENED_MAX): JsonObject | undefined => {
  if (typeof value !== 'string') return isObject(value) ? value : undefined
  if (value.length > maxChars || !value.trimStart().startsWith('{')) return undefined
  const parsed = parseJson(value)
  return isObject(parsed) ? parsed : undefined
}
