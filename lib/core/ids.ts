import { randomBytes } from 'node:crypto'

/** Prefixes of our ids; the prefix says what a pasted id is. */
export type IdPrefix = 'team' | 'usr' | 'inv' | 'ses' | 'agt' | 'rel' | 'aud' | 'req'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford base 32: no i, l, o, u

/**
 * A time-ordered id: prefix, 9 characters of milliseconds, 13 random ones (65 bit). Ordered so that new rows land at
 * the end of an index.
 */
export const newId = (prefix: IdPrefix, now: Date = new Date()): string => {
  let ms = now.getTime()
  let time = ''
  for (let i = 0; i < 9; i++) {
    time = ALPHABET.charAt(ms % 32) + time
    ms = Math.floor(ms / 32)
  }
  return `${prefix}_${time}${randomText(13, ALPHABET)}`
}

/** Uniform random text over an alphabet of at most 256 characters (rejection sampling: no modulo bias). */
export const randomText = (length: number, alphabet: string): string => {
  const limit = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < limit && text.length < length) text += alphabet.charAt(byte % alphabet.length)
    }
  }
  return text
}
