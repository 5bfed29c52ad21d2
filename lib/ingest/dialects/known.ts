import { AI_SDK } from '@/lib/ingest/dialects/ai-sdk'
import {
  to,
  type Dialect,
  type Entry,
  type Field,
  type FieldEntry,
  type OpenEntry,
  type PrefixEntry,
} from '@/lib/ingest/dialects/fields'
import { LANGFUSE } from '@/lib/ingest/dialects/langfuse'
import { OPENINFERENCE } from '@/lib/ingest/dialects/openinference'
import { OPENTELEMETRY } from '@/lib/ingest/dialects/opentelemetry'
import { ORDER } from '@/lib/ingest/dialects/order'
import { OTEL_GENAI } from '@/lib/ingest/dialects/otel-genai'
import { OTHERS } from '@/lib/ingest/dialects/others'
import { jsonText } from '@/lib/ingest/dialects/readers'
import { SIGNALBOX } from '@/lib/ingest/dialects/signalbox'
import { TRACELOOP } from '@/lib/ingest/dialects/traceloop'
import type { OtlpSpan } from '@/lib/ingest/otlp/types'

/** All that is understood, looked up by the name of an attribute in one step. */
export const DIALECTS: readonly Dialect[] = [
  SIGNALBOX,
  OTEL_GENAI,
  OPENINFERENCE,
  AI_SDK,
  LANGFUSE,
  TRACELOOP,
  ...OTHERS,
  OPENTELEMETRY,
]

/** Names that every sender uses say nothing of who it is. */
const TELLS_NOBODY = new Set(['opentelemetry', 'plain'])

export type Known = { readonly dialect: string } & (
  | { readonly kind: 'field'; readonly entry: FieldEntry; readonly rank: number }
  | { readonly kind: 'open'; readonly open: OpenEntry['open'] }
  | { readonly kind: 'prefix'; readonly prefix: string; readonly entry: Exclude<PrefixEntry, 'kept'> }
  | { readonly kind: 'kept' }
)

/** Place of `@…` names, which stand in the order of input and of output. */
export function rankOf(field: Field, name: string): number {
  return ORDER[field].indexOf(name)
}

const EXACT = new Map<string, Known>()
const PREFIXES = new Map<string, { prefix: string; known: Known }[]>()

for (const { name: dialect, attributes, prefixes } of DIALECTS) {
  for (const [name, entry] of Object.entries(attributes)) EXACT.set(name, exact(dialect, name, entry))
  for (const [prefix, entry] of Object.entries(prefixes)) {
    const known: Known = entry === 'kept' ? { dialect, kind: 'kept' } : { dialect, kind: 'prefix', prefix, entry }
    const head = headOf(prefix)
    const list = PREFIXES.get(head) ?? []
    list.push({ prefix, known })
    // The longest that fits.
    PREFIXES.set(
      head,
      list.sort((a, b) => b.prefix.length - a.prefix.length),
    )
  }
}
const METADATA_FIELDS = ['interactionId', 'userId', 'promptName', 'promptVersion', 'segment'] as const
for (const field of METADATA_FIELDS) {
  for (const name of ORDER[field].filter((one) => one.startsWith('metadata:'))) {
    EXACT.set(name, { dialect: 'metadata', kind: 'field', entry: to(field, jsonText), rank: rankOf(field, name) })
  }
}

function exact(dialect: string, name: string, entry: Entry): Known {
  if (entry === 'kept') return { dialect, kind: 'kept' }
  if ('open' in entry) return { dialect, kind: 'open', open: entry.open }
  if ('metadata' in entry) return { dialect, kind: 'prefix', prefix: name, entry }
  return { dialect, kind: 'field', entry, rank: rankOf(entry.field, name) }
}

function headOf(name: string): string {
  const dot = name.indexOf('.')
  return dot === -1 ? name : name.slice(0, dot)
}

/** What is known of an attribute; undefined = in no table. */
export const knownAttribute = (name: string): Known | undefined => {
  const known = EXACT.get(name) ?? SEEN.get(name)
  if (known !== undefined) return known === 'unknown' ? undefined : known
  const found = PREFIXES.get(headOf(name))?.find(({ prefix }) => name.startsWith(prefix))?.known
  if (SEEN.size < SEEN_MAX && name.length <= SEEN_CHARS_MAX) SEEN.set(name, found ?? 'unknown')
  return found
}

/** Senders use the same names again and again: those not in a table are looked for once. Bounded: names are anybody's. */
const SEEN = new Map<string, Known | 'unknown'>()
const SEEN_MAX = 4_000
const SEEN_CHARS_MAX = 100

/** Names of the span's attributes that are in no table: kept and searchable, not used. */
export const unknownKeys = (span: OtlpSpan): string[] =>
  Object.keys(span.attributes).filter((name) => knownAttribute(name) === undefined)

/** Titles of the conventions that the span's attributes follow. */
export const dialectsOf = (span: OtlpSpan): string[] => {
  const found = new Set<string>()
  for (const name of Object.keys(span.attributes)) {
    const dialect = knownAttribute(name)?.dialect
    if (dialect !== undefined && !TELLS_NOBODY.has(dialect)) found.add(dialect)
  }
  return DIALECTS.filter(({ name }) => found.has(name)).map(({ title }) => title)
}
