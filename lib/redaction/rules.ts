import { RE2JS } from 're2js'
import { isCardNumber } from './card'
import { FINDERS, withoutEscapes, type Span } from './detectors'
import { advance, isHit, parsePath, type Position } from './json-path'
import type { DetectorName, JsonValue, RedactionConfig } from './schema'

/**
 * Takes personal data out of a value before it is stored. A hit becomes `‹email:1a2b3c4d›`, the same for equal texts of
 * one team, so that a reader still sees that two places name the same person. Redacting twice changes nothing.
 *
 * Hashing is an argument because the settings screen previews a configuration in the browser.
 *
 * Team patterns run on RE2 (re2js, plain JavaScript): patterns are written by people and run against text written by
 * strangers, and a backtracking engine can be made to hang by one such pair. One search is linear; finding *all* matches
 * of a pattern that looks far ahead and then takes little, such as `(a.*z|a)`, is not in any engine. Compiling twice costs more than matching:
 * keep the redactor for as long as the configuration is the same.
 */

export type Redacted<T> = { readonly value: T; readonly hits: Readonly<Record<string, number>> }
export type Redactor = (value: JsonValue) => Redacted<JsonValue>

/** Deeper values are cut off, so that no value can exhaust the stack. */
const DEPTH_MAX = 500
/** Rounds until a text is stable; more only happens when patterns feed on each other's results. */
const ROUNDS_MAX = 8
const TOKEN = /‹[a-z][a-z0-9_-]{0,31}:[0-9a-f]{8}›/g
const WHOLE_TOKEN = /^‹[a-z][a-z0-9_-]{0,31}:[0-9a-f]{8}›$/

type Rule = {
  readonly name: string
  readonly find: (text: string, unescaped: string) => Iterable<readonly [number, number]>
}

/** `hash` gives 8 hexadecimal digits for a text: the first of its HMAC-SHA256 under the team's salt. */
export function compileRedactor(config: RedactionConfig, hash: (text: string) => string): Redactor {
  const rules = [...config.detectors.map(detectorRule), ...config.patterns.map(patternRule)]
  const paths = config.jsonPaths.flatMap((path) => {
    const steps = parsePath(path)
    return steps ? [{ steps, done: 0 }] : []
  })

  return (value) => {
    const hits: Record<string, number> = {}
    const hashes = new Map<string, string>()
    const token = (name: string, text: string) => {
      hits[name] = (hits[name] ?? 0) + 1
      const hash8 = hashes.get(text) ?? hash(text)
      hashes.set(text, hash8)
      return `‹${name}:${hash8}›`
    }
    const pointed = paths.length > 0 ? redactPaths(value, paths, token, 0) : value
    const redacted = rules.length > 0 ? redactTexts(pointed, rules, token, 0) : pointed
    return { value: redacted, hits }
  }
}

/** A text stays a text: paths never point at the root, and texts become texts. */
export function redactedText(redact: Redactor, text: string): Redacted<string> {
  const { value, hits } = redact(text)
  return { value: typeof value === 'string' ? value : JSON.stringify(value), hits }
}

type Token = (name: string, text: string) => string

/** Replaces what the paths point at, also inside strings that are JSON: tool arguments usually are. */
function redactPaths(value: JsonValue, positions: readonly Position[], token: Token, depth: number): JsonValue {
  if (value === null || positions.length === 0) return value
  if (isHit(positions)) {
    if (typeof value === 'string') return WHOLE_TOKEN.test(value) ? value : token('path', value)
    return token('path', asText(value))
  }
  if (depth > DEPTH_MAX) return token('depth', '')
  if (typeof value === 'string') return redactPathsInText(value, positions, token, depth)
  return mapChildren(value, (child, key) => redactPaths(child, advance(positions, key), token, depth + 1))
}

/** JSON.stringify recurses: a value nested thousands deep has no text, and is hidden all the same. */
function asText(value: JsonValue): string {
  try {
    return JSON.stringify(value)
  } catch {
    return ''
  }
}

/**
 * The text is written anew only when something in it was hit; then numbers beyond 2⁵³ lose digits. Text that is not
 * JSON holds nothing that a path could name.
 */
function redactPathsInText(text: string, positions: readonly Position[], token: Token, depth: number): string {
  if (!/^\s*[{[]/.test(text)) return text
  let parsed: JsonValue
  try {
    parsed = JSON.parse(text)
  } catch {
    return text
  }
  let isChanged = false
  const watched: Token = (name, hit) => {
    isChanged = true
    return token(name, hit)
  }
  const redacted = redactPaths(parsed, positions, watched, depth + 1)
  return isChanged ? JSON.stringify(redacted) : text
}

/** Every string, every key, and numbers that are card numbers: JSON writers send them without quotes now and then. */
function redactTexts(value: JsonValue, rules: readonly Rule[], token: Token, depth: number): JsonValue {
  if (typeof value === 'string') return redactText(value, rules, token)
  if (typeof value === 'number') {
    const isCard =
      Number.isSafeInteger(value) && rules.some(({ name }) => name === 'card') && isCardNumber(String(value))
    return isCard ? token('card', String(value)) : value
  }
  if (value === null || typeof value === 'boolean') return value
  if (depth > DEPTH_MAX) return token('depth', '')
  if (Array.isArray(value)) return value.map((item) => redactTexts(item, rules, token, depth + 1))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      redactText(key, rules, token),
      redactTexts(item, rules, token, depth + 1),
    ]),
  )
}

/**
 * JSON text is redacted as text, so that it keeps its spelling. All rules look at the same text and overlapping finds
 * become one, so that no rule hides a part from another. Then the stretches between hits are looked at again until
 * nothing is found: a pattern with `^` or `\b` may match there only now, and must not on a second redaction.
 */
function redactText(text: string, rules: readonly Rule[], token: Token): string {
  let current = text
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const spans = merged(findSpans(current, rules))
    if (spans.length === 0) return current
    let written = ''
    let at = 0
    for (const { start, end, name } of spans) {
      written += current.slice(at, start) + token(name, current.slice(start, end))
      at = end
    }
    current = written + current.slice(at)
  }
  // Patterns that never come to rest take the whole text: the safe side.
  return findSpans(current, rules).length > 0 ? token(rules[0]?.name ?? 'path', current) : current
}

function findSpans(text: string, rules: readonly Rule[]): Span[] {
  const spans: Span[] = []
  const search = (from: number, to: number) => {
    if (to <= from) return
    const part = text.slice(from, to)
    const unescaped = withoutEscapes(part)
    for (const { name, find } of rules) {
      for (const [start, end] of find(part, unescaped)) {
        if (end > start) spans.push({ start: from + start, end: from + end, name })
      }
    }
  }
  let at = 0
  for (const match of text.matchAll(TOKEN)) {
    search(at, match.index)
    at = match.index + match[0].length
  }
  search(at, text.length)
  return spans
}

/** Overlapping spans as one, named after the longest of them. */
function merged(spans: Span[]): Span[] {
  const result: Span[] = []
  let longest = 0
  for (const span of spans.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result[result.length - 1]
    const length = span.end - span.start
    if (!last || span.start >= last.end) {
      result.push(span)
      longest = length
      continue
    }
    const name = length > longest ? span.name : last.name
    longest = Math.max(longest, length)
    result[result.length - 1] = { start: last.start, end: Math.max(last.end, span.end), name }
  }
  return result
}

function detectorRule(name: DetectorName): Rule {
  return { name, find: (_text, unescaped) => FINDERS[name](unescaped) }
}

function patternRule({ name, pattern }: RedactionConfig['patterns'][number]): Rule {
  const compiled = RE2JS.compile(pattern)
  return {
    name,
    *find(text) {
      const matcher = compiled.matcher(text)
      while (matcher.find()) yield [matcher.start(), matcher.end()]
    },
  }
}

/** Object.fromEntries defines keys, so that a key named `__proto__` stays a key. */
function mapChildren(value: JsonValue, map: (child: JsonValue, key: string) => JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((child, index) => map(child, String(index)))
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, map(child, key)]))
}
