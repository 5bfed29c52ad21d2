import { expect } from 'vitest'
import type { IngestSettings } from '@/lib/auth/caller'
import type { AttributeValue, OtlpSpan } from '@/lib/ingest/otlp/types'
import type { SpanNode } from '@/lib/ingest/span-node'
import { spanMapper } from '@/lib/ingest/otlp/span-items'
import type { SpanPayload } from '@/lib/ingest/store/spans'
import { TEAM } from '@/lib/ingest/testing/memory-traces'
import { nodeOf, NOW_US } from '@/lib/ingest/testing/payloads'

const START_US = Date.UTC(2026, 1, 17, 23) * 1000

/** A decoded span of one second; tests say what matters to them. */
export const aSpan = (words: Partial<OtlpSpan> = {}): OtlpSpan => ({
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentId: null,
  name: 'a span',
  startUs: START_US,
  endUs: START_US + 1_000_000,
  statusCode: 0,
  statusMessage: '',
  attributes: {},
  events: [],
  resource: { attributes: {} },
  scope: { name: 'a scope', version: '1.0.0' },
  ...words,
})

export const anEvent = (name: string, attributes: OtlpSpan['attributes']): OtlpSpan['events'][number] => ({
  name,
  attributes,
  timeUs: START_US + 500_000,
})

export type Sent = Record<string, AttributeValue>
/** What a span of these attributes becomes. */
export const told = (attributes: Sent, words: Partial<OtlpSpan> = {}, agentName: string | null = null) =>
  nodeOf(aSpan({ ...words, attributes }), agentName)

/** Attributes from the strongest to the weakest: without those before it, each tells the field. */
export const expectOrder = (field: keyof SpanNode, pairs: readonly (readonly [string, AttributeValue, unknown])[]) => {
  pairs.forEach((_, from) => {
    const rest = pairs.slice(from)
    const wanted = rest[0]?.[2]
    const attributes = Object.fromEntries(rest.map(([name, value]) => [name, value]))
    const reversed = Object.fromEntries(rest.map(([name, value]) => [name, value] as const).toReversed())
    expect(told(attributes)[field], rest[0]?.[0]).toEqual(wanted)
    expect(told(reversed)[field], `${rest[0]?.[0]}, sent last`).toEqual(wanted)
  })
}

/** The span's item, of a team as given. */
export const map = (span: OtlpSpan, team: Partial<IngestSettings> = {}) => {
  const sender = { agentName: null, environment: 'test', team: { ...TEAM, ...team }, nowUs: NOW_US }
  const [item] = spanMapper(sender)(span).items ?? []
  if (item?.type !== 'span') throw new Error('rejected')
  return item
}

export const payloadOf = (
  attributes: Sent,
  words: Partial<OtlpSpan> = {},
  team: Partial<IngestSettings> = {},
): SpanPayload => {
  const { payload } = map(aSpan({ ...words, attributes }), team)
  if (!payload) throw new Error('no payload')
  return payload
}
