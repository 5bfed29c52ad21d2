import type { OtlpSpan } from '@/lib/ingest/otlp/types'

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
