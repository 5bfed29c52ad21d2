import { counted } from '@/lib/charts/format'
import type { SourceView } from '@/lib/sources/schema'

/** Sources that are one sender: its instrumentations side by side, so that what it did is said once. */
export type Sender = {
  id: string
  /** As it names itself, or the agent of its last interaction. */
  name: string | null
  road: SourceView['road']
  sources: readonly SourceView[]
  lastSeenAt: string
  lastTrace: SourceView['lastTrace']
}

export const sendersOf = (sources: readonly SourceView[]): Sender[] => {
  const groups = new Map<string, SourceView[]>()
  for (const source of sources) {
    const key = JSON.stringify([nameOf(source), source.road])
    groups.set(key, [...(groups.get(key) ?? []), source])
  }
  return [...groups].map(([id, own]) => {
    const byLast = own.toSorted((a, b) => (a.lastSeenAt < b.lastSeenAt ? 1 : -1))
    const latest = byLast[0] ?? own[0]
    return {
      id,
      name: latest === undefined ? null : nameOf(latest),
      road: latest?.road ?? 'otlp',
      sources: own,
      lastSeenAt: latest?.lastSeenAt ?? '',
      lastTrace: byLast.find(({ lastTrace }) => lastTrace !== null)?.lastTrace ?? null,
    }
  })
}

const nameOf = ({ service, lastTrace }: SourceView): string | null => service ?? lastTrace?.agent ?? null

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
  if (arrivals.state === 'waiting' && missing > 0)
    return 'Nothing is stored yet: what came was refused, for the reasons under “To put right”.'
  if (arrivals.state === 'waiting')
    return 'Nothing has arrived yet. An agent appears with its first span; there is nothing to register before.'
  const all = [...new Set(arrivals.sources.map(nameOf))]
  const services = [...all.flatMap((name) => name ?? []), ...(all.includes(null) ? [NAMELESS] : [])]
  const named = services.length > 2 ? counted(services.length, 'service') : services.join(' and ')
  const gaps = missing === 0 ? 'everything in them was understood' : `${counted(missing, 'thing')} to put right`
  return arrivals.state === 'arrived'
    ? `Spans of ${named} arrived; ${gaps}.`
    : `Spans of ${named} arrived before; ${gaps}.`
}

const NAMELESS = 'a service without a name'

export const ROAD_NAMES = {
  otlp: 'OTLP',
  events: 'events',
  'openai-agents': 'OpenAI Agents tracing',
} as const satisfies Record<SourceView['road'], string>
