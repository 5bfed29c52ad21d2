import type { Redactor } from '@/lib/redaction/rules'
import type { JsonValue } from '@/lib/redaction/schema'

/** Deeper JSON is refused: everything that walks or prints a value recurses. */
export const MAX_DEPTH = 500

/** A sentence when the value is nested deeper than `max`; walks without recursion. */
export const checkDepth = (value: unknown, max = MAX_DEPTH): string | undefined => {
  if (typeof value !== 'object' || value === null) return undefined
  let level: object[] = [value]
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > max) return `nested deeper than ${max} levels`
    const next: object[] = []
    for (const node of level) {
      for (const child of Object.values(node) as unknown[]) {
        if (typeof child === 'object' && child !== null) next.push(child)
      }
    }
    level = next
  }
  return undefined
}

/** Replaces U+0000 and lone surrogates, which Postgres cannot hold, by U+FFFD in every string and key. */
export const wellFormed = (value: unknown): { value: unknown; replaced: boolean } => {
  let replaced = false
  const clean = (text: string): string => {
    const next = text.replaceAll('\u0000', '\uFFFD').toWellFormed()
    if (next !== text) replaced = true
    return next
  }
  const walk = (node: unknown): unknown => {
    if (typeof node === 'string') return clean(node)
    if (Array.isArray(node)) return node.map(walk)
    if (typeof node === 'object' && node !== null) {
      const copy: Record<string, unknown> = {}
      for (const [key, child] of Object.entries(node)) {
        // defineProperty: a key named __proto__ stays a key.
        Object.defineProperty(copy, clean(key), {
          value: walk(child),
          enumerable: true,
          writable: true,
          configurable: true,
        })
      }
      return copy
    }
    return node
  }
  return { value: walk(value), replaced }
}

/**
 * A payload as stored: JSON text, redacted, cut at the team's limit. A cut value becomes a string that holds the
 * beginning of the text; `fullBytes` says how long the whole was.
 */
export const boundPayload = (
  value: unknown,
  redact: Redactor | undefined,
  maxBytes: number,
): { text: string; fullBytes: number | null } | null => {
  if (value === null || value === undefined || value === '') return null
  const redacted = redact ? redact(value as JsonValue).value : value // from JSON.parse
  const text = JSON.stringify(redacted)
  if (text.length * 3 <= maxBytes) return { text, fullBytes: null }
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxBytes) return { text, fullBytes: null }
  const whole = typeof redacted === 'string' ? redacted : text
  const kept = Buffer.from(whole)
    .subarray(0, maxBytes)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
  return { text: JSON.stringify(kept), fullBytes: Buffer.byteLength(whole) }
}
