import { isCardNumber } from './card'
import { ibanEnd } from './iban'
import type { DetectorName } from './schema'

/** Where something was found: UTF-16 positions, end exclusive. */
export type Span = { readonly start: number; readonly end: number; readonly name: string }
type Found = readonly [start: number, end: number]

/**
 * Detectors find in texts that users write and programs log. Each takes time in proportion to the text: no pattern
 * below repeats anything it could also split differently. A miss stores personal data and a false hit spoils a log, so
 * every shape has a check (Luhn, mod 97, digits and separators), and what is surely no person is masked before.
 */
export const FINDERS: Readonly<Record<DetectorName, (text: string) => Found[]>> = {
  email: findEmails,
  phone: (text) => findPhones(mask(text, NOT_A_NUMBER_OF_A_PERSON)),
  card: (text) => findCards(mask(text, UUID)),
  iban: findIbans,
}

/**
 * Inputs are often JSON text, where a line break is the two characters `\n`: without this the `n` would be read as the
 * first letter of what follows, hiding a card number and breaking the escape. Filler is no letter, digit or separator.
 */
export function withoutEscapes(text: string): string {
  return text.includes('\\') ? mask(text, /\\+(?:u[0-9a-fA-F]{4}|["\\/bfnrt])?/g) : text
}

const FILLER = '\u0001'
const UUID = /(?<![0-9a-z])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-z])/gi
const NOT_A_NUMBER_OF_A_PERSON = new RegExp(
  [
    UUID.source,
    // ISO 8601 dates and times
    '(?<![\\d-])\\d{4}-\\d{2}-\\d{2}(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:[.,]\\d{1,9})?)?(?: ?(?:Z|[+-]\\d{2}:?\\d{2}))?)?(?!\\d)',
    // 17.02.2026, 2/17/26
    '(?<![\\d./-])\\d{1,2}([./-])\\d{1,2}\\1(?:\\d{4}|\\d{2})(?![./-]?\\d)',
    // IPv4
    '(?<![\\d.+])\\d{1,3}(?:\\.\\d{1,3}){3}(?![\\d.])',
  ].join('|'),
  'gi',
)

function mask(text: string, pattern: RegExp): string {
  return text.replace(pattern, (match) => FILLER.repeat(match.length))
}

/** Letters of European scripts beside ASCII: addresses stand without a space inside Chinese or Japanese text. */
function isAddressLetter(code: number): boolean {
  return (code | 32) >= 97 && (code | 32) <= 122
    ? code < 128
    : (code >= 48 && code <= 57) || (code >= 0xc0 && code < 0x530)
}

function findEmails(text: string): Found[] {
  const found: Found[] = []
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > 0 && (isAddressLetter(text.charCodeAt(start - 1)) || "._%+'-".includes(text.charAt(start - 1))))
      start -= 1
    while (start < at && "._%'-".includes(text.charAt(start))) start += 1
    const end = domainEnd(text, at + 1)
    if (start < at && end !== null) found.push([start, end])
  }
  return found
}

/** The end of a domain with a top level of letters (`example.com`, not `1.2.3`), at most 255 characters, or null. */
function domainEnd(text: string, start: number): number | null {
  let end = start
  while (end - start < 255 && (isAddressLetter(text.charCodeAt(end)) || '.-'.includes(text.charAt(end) || ' ')))
    end += 1
  const labels = text.slice(start, end).split('.')
  while (labels.length > 1) {
    const top = (labels.pop() ?? '').replace(/-+$/, '')
    const before = labels.join('.').length
    if (before > 0 && TOP_LEVEL.test(top)) return start + before + 1 + top.length
  }
  return null
}

const TOP_LEVEL = /^(?:[a-z\u00c0-\u052f]{2,24}|xn--[a-z0-9-]{1,59})$/i
const SEPARATED = '[ .\\-/()\\u00a0]{0,3}\\d'
const PHONES: readonly RegExp[] = [
  // +49 170 1234567, 0049 (0)30 123456
  new RegExp(`(?<![\\w+]|\\d[ -])(?:\\+|00) ?\\(?[1-9](?:${SEPARATED}){6,14}(?!\\w)`, 'g'),
  // (415) 555-2671, 1-800-555-0199, 415.555.2671
  /(?:\([2-9]\d{2}\) ?|(?<![\w.+/-]|\d )(?:1[ .-])?[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?!\w| \d|[.-]\d)/g,
  // 0170 1234567, 030/123456-78, (089) 123 456, 06 12 34 56 78
  new RegExp(`(?<![\\w.,+#$€£/-]|\\d[ :])\\(?0\\)? ?[1-9](?:${SEPARATED}){6,10}(?![\\w]|[.,:]\\d)`, 'g'),
]

function findPhones(text: string): Found[] {
  const found: Found[] = []
  for (const pattern of PHONES) {
    for (const { 0: match, index } of text.matchAll(pattern)) {
      if (looksLikePhone(match)) found.push([index, index + match.length])
    }
  }
  return found
}

/** Bare digits are an order number or a count far more often than a telephone number, unless a + says otherwise. */
function looksLikePhone(match: string): boolean {
  const digits = match.replace(/\D/g, '').replace(/^00/, '')
  const isInternational = /^(\+|00)/.test(match)
  // A signed or padded decimal: +1234567.89, 01.23456789
  if (/^[+]?\d+\.\d+$/.test(match)) return false
  if (/^[+]?\d+$/.test(match)) return isInternational && digits.length >= 10 && digits.length <= 15
  return digits.length >= (isInternational ? 8 : 9) && digits.length <= 15
}

/** Nobody writes a card number in more groups; single digits with spaces between are a list. */
const GROUPS_MAX = 7

/** Runs of digits joined by single spaces or dashes; every stretch of whole groups with 13 to 19 digits is tried. */
function findCards(text: string): Found[] {
  const found: Found[] = []
  const groups = [...text.matchAll(/(?<!\w|\d\.)\d{1,19}(?!\w)/g)].map(({ 0: digits, index }) => ({ digits, index }))
  for (let first = 0; first < groups.length; first += 1) {
    const start = groups[first]?.index ?? 0
    if (!'234568'.includes(text.charAt(start))) continue
    let digits = ''
    let end = start - 1
    for (const group of groups.slice(first, first + GROUPS_MAX)) {
      if (end >= start && !(group.index === end + 1 && ' \u00a0-'.includes(text.charAt(end)))) break
      digits += group.digits
      end = group.index + group.digits.length
      if (digits.length > 19) break
      if (isCardNumber(digits)) found.push([start, end])
    }
  }
  return found
}

function findIbans(text: string): Found[] {
  const found: Found[] = []
  for (const { index } of text.matchAll(/(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}/g)) {
    const end = ibanEnd(text, index)
    if (end !== null) found.push([index, end])
  }
  return found
}
