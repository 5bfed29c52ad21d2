import type { Item } from '@/lib/ingest/items'
import type { SpanPayload } from '@/lib/ingest/store/spans'

type PayloadItem = Extract<Item, { type: 'span' | 'content' }>
const PARTS = ['input', 'output', 'attributes'] as const

export const payloadKey = (of: { traceId: string; spanId: string }): string => JSON.stringify([of.traceId, of.spanId])

/**
 * One payload per span of a batch: the first copy that says something wins, part by part. `dayOf` answers the day of the
 * stored span, or null where nothing of it may be kept. Also answers the items that say what no earlier one said. Pure.
 */
export const mergePayloads = (
  items: readonly PayloadItem[],
  dayOf: (item: PayloadItem, payload: SpanPayload) => string | null,
): { payloads: SpanPayload[]; telling: Set<Item> } => {
  const payloads = new Map<string, SpanPayload>()
  const telling = new Set<Item>()
  for (const item of items) {
    const { payload } = item
    const day = payload && dayOf(item, payload)
    if (!payload || day === null) continue
    const key = payloadKey(payload)
    const earlier = payloads.get(key)
    if (PARTS.some((part) => payload[part] !== null && (earlier?.[part] ?? null) === null)) telling.add(item)
    payloads.set(key, earlier ? merged(earlier, payload) : { ...payload, day })
  }
  return { payloads: [...payloads.values()], telling }
}

const merged = (a: SpanPayload, b: SpanPayload): SpanPayload => ({
  ...a,
  input: a.input ?? b.input,
  inputFullBytes: a.input === null ? b.inputFullBytes : a.inputFullBytes,
  output: a.output ?? b.output,
  outputFullBytes: a.output === null ? b.outputFullBytes : a.outputFullBytes,
  attributes: a.attributes ?? b.attributes,
})
