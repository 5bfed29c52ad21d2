import { BAD, type Reader } from '@/lib/ingest/dialects/readers'
import type { AttributeValue } from '@/lib/ingest/otlp/types'
import type { SPAN_KINDS } from '@/lib/ingest/schema'

/** What attributes can tell us (wire.md 3), and how a table says which attribute tells what. */
export type SpanKind = (typeof SPAN_KINDS)[number]
export type FinishReason = 'stop' | 'length' | 'tool_call' | 'content_filter' | 'error' | 'other'

/** Resolved each on its own; the type is what its readers give. */
export type Fields = {
  kind: SpanKind
  model: string
  requestModel: string
  provider: string
  toolName: string
  toolCallId: string
  actionId: string
  responseId: string
  finishReason: FinishReason
  firstTokenMs: number
  /** ISO 8601: when the first token came. */
  firstTokenAt: string
  promptName: string
  promptVersion: string
  input: AttributeValue
  output: AttributeValue
  errorType: string
  /** `ERROR` is an error even where the status says nothing. */
  level: string
  statusMessage: string
  httpStatus: number
  interactionId: string
  userId: string
  /** The agent it counts under, said by the sender in so many words. */
  agent: string
  serviceName: string
  /** The agent that the span names. */
  agentName: string
  release: string
  workflow: string
  segment: string
  tags: AttributeValue
  environment: string
  serviceInstance: string
  hostName: string
  processId: string
  outcome: string
  escalated: boolean
  severity: string
  reason: string
  inputTokens: number
  outputTokens: number
  totalTokens: number
  cacheReadTokens: number
  cacheWriteTokens: number
  cacheWrite1hTokens: number
  reasoningTokens: number
  audioInputTokens: number
  audioOutputTokens: number
  /** Counted beside the input or output where a sender adds its parts up. */
  inputExtras: number
  outputExtras: number
  costReported: bigint
}
export type Field = keyof Fields

/** `rank`: place in the order of its field, the smaller the stronger. `source`: the attribute. */
export type Hit<T> = { value: T; rank: number; source: string }
export type Hits = { [F in Field]?: Hit<Fields[F]> | undefined }

/** An attribute that tells one field. `take` answers false where the value cannot be what it claims. */
export type FieldEntry = {
  readonly field: Field
  readonly take: (hits: Hits, value: AttributeValue, rank: number, source: string) => boolean
}

export const to = <F extends Field>(field: F, read: Reader<Fields[F]>): FieldEntry => ({
  field,
  take: (hits, value, rank, source) => {
    const told = read(value)
    if (told === BAD) return false
    if (told !== undefined) offer(hits, field, { value: told, rank, source })
    return true
  },
})

/** The strongest stays, whatever came first. */
export const offer = <F extends Field>(hits: Hits, field: F, hit: Hit<Fields[F]>): void => {
  const slots = slotsOf<F>(hits)
  const old = slots[field]
  if (!old || hit.rank < old.rank) slots[field] = hit
}

/** One shape for all: an object that grew field by field in the order of arrival would be slow to read. */
export const noHits = (): Hits => ({
  kind: undefined, model: undefined, requestModel: undefined, provider: undefined, toolName: undefined,
  toolCallId: undefined, actionId: undefined, responseId: undefined, finishReason: undefined, firstTokenMs: undefined,
  firstTokenAt: undefined, promptName: undefined, promptVersion: undefined, input: undefined, output: undefined,
  errorType: undefined, level: undefined, statusMessage: undefined, httpStatus: undefined, interactionId: undefined,
  userId: undefined, agent: undefined, serviceName: undefined, agentName: undefined, release: undefined,
  workflow: undefined, segment: undefined, tags: undefined, environment: undefined, serviceInstance: undefined,
  hostName: undefined, processId: undefined, outcome: undefined, escalated: undefined, severity: undefined,
  reason: undefined, inputTokens: undefined, outputTokens: undefined, totalTokens: undefined,
  cacheReadTokens: undefined, cacheWriteTokens: undefined, cacheWrite1hTokens: undefined, reasoningTokens: undefined,
  audioInputTokens: undefined, audioOutputTokens: undefined, inputExtras: undefined, outputExtras: undefined,
  costReported: undefined,
}) // prettier-ignore

/** The same object: of each field F it holds a hit of F's own type, which the compiler loses where F is a parameter. */
const slotsOf = <F extends Field>(hits: Hits) => hits as { [K in F]?: Hit<Fields[F]> | undefined }

/** An attribute that holds several: each is looked up as an attribute `<name>#<key>` of its own. */
export type OpenEntry = { readonly open: (value: AttributeValue) => Readonly<Record<string, AttributeValue>> }
/** A JSON object of what the application adds, or one such name. */
export type MetadataEntry = { readonly metadata: MetadataSource }
/** Known, but no field of ours: it is kept among the attributes. */
export type KeptEntry = 'kept'
export type Entry = FieldEntry | OpenEntry | MetadataEntry | KeptEntry

/** What names with a common beginning are for: parts of one flattened list, of metadata, of flattened evaluations. */
export type PrefixEntry =
  | { readonly messages: 'input' | 'output' }
  | { readonly scores: 'span' | 'trace' | 'interaction' }
  | MetadataEntry
  | KeptEntry

/** In this order (wire.md 3.2). */
export const METADATA_SOURCES = ['ai-sdk', 'traceloop', 'langfuse', 'langsmith', 'json'] as const
export type MetadataSource = (typeof METADATA_SOURCES)[number]

/** `userId`, `user_id` and `user-id` are one name. */
export const metadataName = (name: string): string => name.replace(/[_-]/g, '').toLowerCase()

/** One convention of naming: attribute → what it tells. */
export type Dialect = {
  readonly name: string
  readonly title: string
  readonly attributes: Readonly<Record<string, Entry>>
  /** Beginnings of names, each with its final dot. */
  readonly prefixes: Readonly<Record<string, PrefixEntry>>
}
