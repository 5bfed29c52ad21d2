import canonicalize from 'canonicalize'

/** A value that JSON can hold. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject
export type JsonObject = { [key: string]: JsonValue }

/**
 * Canonical text (RFC 8785, JCS): equal values give equal bytes. Throws RangeError for integers beyond ±(2^53−1), NaN
 * and Infinity, whose text would differ between readers, and for lone surrogates, which UTF-8 cannot carry.
 */
export const jcs = (value: JsonValue): string => {
  refuseInexact(value)
  const text = canonicalize(value)
  if (text === undefined) throw new RangeError('This value has no canonical text.')
  return text
}

const LONE_SURROGATE = /\p{Surrogate}/u

const refuseInexact = (value: JsonValue): void => {
  if (
    typeof value === 'number' &&
    (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
  ) {
    throw new RangeError(`${value} is not exact in canonical text.`)
  }
  if (typeof value === 'string' && LONE_SURROGATE.test(value)) throw new RangeError('A lone surrogate is not text.')
  if (value === null || typeof value !== 'object') return
  for (const [key, item] of Object.entries(value)) {
    if (LONE_SURROGATE.test(key)) throw new RangeError('A lone surrogate is not text.')
    refuseInexact(item)
  }
}
