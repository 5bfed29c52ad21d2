import { counted } from '@/lib/charts/format'
import type { SourceView } from '@/lib/sources/schema'

/** What the page says about the arrivals as a whole. */
export type Arrivals =
  | { state: 'waiting' }
  /** Sources of before the page was opened, nothing since. */
  | { state: 'earlier'; sources: readonly SourceView[] }
  | { state: 'arrived'; sources: readonly SourceView[] }

/** A source that only had something refused names no service: it is told as a gap, not as an arrival. */
export const arrivalsOf = (sources: readonly SourceView[], openedAt: string): Arrivals => {
  const stored = sources.filter(({ spans }) => spans > 0)
  if (stored.length === 0) return { state: 'waiting' }
  const isNew = stored.some(({ lastSeenAt }) => lastSeenAt >= openedAt)
  return { state: isNew ? 'arrived' : 'earlier', sources: inPlace(stored) }
}

/** By first arrival, so that a row does not move under who reads it. */
const inPlace = (sources: readonly SourceView[]): SourceView[] =>
  sources.toSorted((a, b) =>
    a.firstSeenAt < b.firstSeenAt ? 1 : a.firstSeenAt > b.firstSeenAt ? -1 : a.id < b.id ? -1 : 1,
  )

/** The verdict beside the title. `missing` counts what was not understood and matters. */
export const connectVerdict = (arrivals: Arrivals, missing: number): string => {
  if (arrivals.state === 'waiting')
    return 'Nothing has arrived yet. An agent appears with its first span; there is nothing to register before.'
  const services = [...new Set(arrivals.sources.map(({ service }) => service ?? 'a service without a name'))]
  const named = services.length > 2 ? counted(services.length, 'service') : services.join(' and ')
  const gaps = missing === 0 ? 'everything in them was understood' : `${counted(missing, 'thing')} to put right`
  return arrivals.state === 'arrived'
    ? `Spans of ${named} arrived; ${gaps}.`
    : `Spans of ${named} arrived before; ${gaps}.`
}

export const ROAD_NAMES = {
  otlp: 'OTLP',
  events: 'events',
  'openai-agents': 'OpenAI Agents tracing',
} as const satisfies Record<SourceView['road'], string>
