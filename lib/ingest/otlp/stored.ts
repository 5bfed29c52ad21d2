import 'server-only'
import { boundName } from '@/lib/ingest/bounded'
import { isObject, parseJson } from '@/lib/ingest/dialects/readers'
import { quoteLongIntegers } from '@/lib/ingest/otlp/long-integers'
import type { AttributeValue } from '@/lib/ingest/otlp/types'
import { boundPayload, checkDepth, wellFormed } from '@/lib/ingest/payload'
import {
  MAX_ATTRIBUTE_BYTES,
  MAX_ATTRIBUTE_DEPTH,
  MAX_ATTRIBUTES,
  MAX_NAME_CHARS,
  MAX_TEXT_CHARS,
} from '@/lib/ingest/schema'
import { redactedText, type Redactor } from '@/lib/redaction/rules'
import type { JsonValue } from '@/lib/redaction/schema'

/**
 * What is stored of one span or log record, within the bounds of wire.md 1.6: cut and flagged, never rejected. `flags`
 * collects what was done.
 */
export class Stored {
  readonly flags = new Set<string>()
  private readonly redact: Redactor | undefined
  private readonly payloadMaxBytes: number

  constructor(redact: Redactor | undefined, payloadMaxBytes: number) {
    this.redact = redact
    this.payloadMaxBytes = payloadMaxBytes
  }

  /** An id or name: at most 256 characters, as sent. Null when it is empty. */
  name(value: string | null | undefined): string | null {
    if (value === null || value === undefined || value === '') return null
    const name = this.clean(value)
    if (name.length <= MAX_NAME_CHARS) return name
    this.flags.add('names_cut')
    return boundName(name)
  }

  /** Free text that people or models wrote. */
  text(value: string | null | undefined, maxChars = MAX_TEXT_CHARS): string | null {
    if (value === null || value === undefined || value === '') return null
    const clean = this.clean(value)
    const text = this.redact ? redactedText(this.redact, clean).value : clean
    if (text.length <= maxChars) return text
    this.flags.add('text_cut')
    return text.slice(0, maxChars).toWellFormed()
  }

  /** Input or output as JSON text. */
  content(
    value: AttributeValue | undefined,
    side: 'input' | 'output',
  ): { text: string; fullBytes: number | null } | null {
    if (value === undefined || value === null) return null
    const bounded = typeof value === 'string' ? this.textContent(value) : this.jsonContent(value)
    if (bounded?.fullBytes) this.flags.add(`${side}_cut`)
    return bounded
  }

  /** Text that is JSON stays as it is spelt: a number of 20 digits keeps them all. */
  private textContent(sent: string): { text: string; fullBytes: number | null } | null {
    const text = sent.trimStart()
    if (!/^[[{"]/.test(text)) return this.jsonContent(sent)
    const parsed = parseJson(text)
    if (parsed === undefined || checkDepth(parsed)) return this.jsonContent(sent)
    if (typeof parsed === 'string') return this.jsonContent(parsed)
    const isPlain = !this.redact && text.isWellFormed() && !/\\u(0000|d[89a-f])/i.test(text)
    if (isPlain && text.length * 3 <= this.payloadMaxBytes) return { text, fullBytes: null }
    return this.jsonContent(parseJson(quoteLongIntegers(text)) ?? parsed)
  }

  private jsonContent(value: AttributeValue): { text: string; fullBytes: number | null } | null {
    return boundPayload(this.cleanValue(value), this.redact, this.payloadMaxBytes)
  }

  /** Null when there are none. */
  attributes(sent: readonly (readonly [name: string, value: AttributeValue])[]): Record<string, AttributeValue> | null {
    if (sent.length === 0) return null
    let entries = sent
    if (sent.length > MAX_ATTRIBUTES) {
      this.flags.add('attributes_cut')
      // Which ones stay must not depend on their order.
      entries = [...sent].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MAX_ATTRIBUTES)
    }
    const kept: Record<string, AttributeValue> = {}
    for (const [sentName, value] of entries) {
      const name = this.name(sentName) ?? ''
      // A key named __proto__ stays a key.
      if (name === '__proto__') Object.defineProperty(kept, name, { value: this.attribute(value), ...OWN })
      else kept[name] = this.attribute(value)
    }
    return kept
  }

  private attribute(sent: AttributeValue): AttributeValue {
    if (typeof sent !== 'string' && typeof sent !== 'object' && !this.redact) return sent
    const clean = this.cleanValue(sent)
    const value = this.redact ? asAttribute(this.redact(asJson(clean)).value) : clean
    if (typeof value === 'string') return this.cutAttribute(value, value)
    if (!isObject(value) && !Array.isArray(value)) return value
    const isDeep = checkDepth(value, MAX_ATTRIBUTE_DEPTH) !== undefined
    const text = JSON.stringify(value)
    if (!isDeep) return this.cutAttribute(value, text)
    this.flags.add('attributes_cut')
    return this.cutAttribute(text, text)
  }

  private cutAttribute(value: AttributeValue, text: string): AttributeValue {
    if (text.length * 3 <= MAX_ATTRIBUTE_BYTES || Buffer.byteLength(JSON.stringify(value)) <= MAX_ATTRIBUTE_BYTES) {
      return value
    }
    this.flags.add('attributes_cut')
    let kept = text.slice(0, MAX_ATTRIBUTE_BYTES).toWellFormed()
    // Quotes and letters beyond ASCII take more than one byte: half of it fits in the end.
    while (Buffer.byteLength(JSON.stringify(kept)) > MAX_ATTRIBUTE_BYTES) {
      kept = kept.slice(0, Math.floor(kept.length * 0.75)).toWellFormed()
    }
    return kept
  }

  /** U+0000 and lone surrogates, which Postgres cannot hold, become U+FFFD. */
  private clean(value: string): string {
    if (value.isWellFormed() && !value.includes('\u0000')) return value
    this.flags.add('replaced_characters')
    return value.replaceAll('\u0000', '\uFFFD').toWellFormed()
  }

  private cleanValue(value: AttributeValue): AttributeValue {
    if (typeof value === 'string') return this.clean(value)
    if (typeof value !== 'object' || value === null) return value
    const { value: clean, replaced } = wellFormed(value)
    if (replaced) this.flags.add('replaced_characters')
    return asAttribute(clean)
  }
}

const OWN = { enumerable: true, writable: true, configurable: true }

/** Both are what JSON.parse gives; cleaning and redacting JSON makes JSON. */
const asAttribute = (value: unknown): AttributeValue => value as AttributeValue
const asJson = (value: AttributeValue): JsonValue => value
