import { counted, formatCount, iso8601Clock } from '@/lib/charts/format'
import type { Status } from '@/components/ui/status-mark'
import type { SourceView } from '@/lib/sources/schema'

/** What of the arrivals was not understood, in words: what is missing, what follows from it, and the way out. */
export type Gap = {
  id: string
  status: Extract<Status, 'danger' | 'warning' | 'info'>
  what: string
  wayOut: string
  /** Names or reasons, as sent. */
  items: readonly string[]
}

/** Most urgent first: what is lost, what makes figures unknown, what is only unused. */
export const gapsOf = (sources: readonly SourceView[]): Gap[] => FINDS.flatMap((find) => find(sources) ?? [])

type Find = (sources: readonly SourceView[]) => Gap | null

/** A source of its own, as it names no service: mended when others have come for long since. */
const refused: Find = (sources) => {
  const latest = sources
    .flatMap(({ notUnderstood }) => notUnderstood.rejections)
    .toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0))
  const seenAt = Math.max(...sources.filter(({ spans }) => spans > 0).map(({ lastSeenAt }) => Date.parse(lastSeenAt)))
  if (latest[0] === undefined || seenAt - Date.parse(latest[0].at) > MENDED_MS) return null
  const count = sum(sources, ({ notUnderstood }) => notUnderstood.rejected)
  const reasons = new Map<string, string>()
  for (const { at, span, reason } of latest) {
    // A span without an id cannot be named by it.
    const text = span === null || !/\w/.test(span) ? reason : `${span}: ${reason}`
    if (!reasons.has(text)) reasons.set(text, `${iso8601Clock(new Date(at))} ${text}`)
  }
  return {
    id: 'refused',
    status: 'danger',
    what: `${counted(count, 'request, span or event was', 'requests, spans or events were')} refused`,
    wayOut:
      'Not stored. Correct what the reason names, then send again; what was stored beside it stays. Times are UTC.',
    items: [...reasons.values()].slice(0, 5),
  }
}

const unattributed: Find = (sources) => {
  const lost = sources.filter(({ lastTrace }) => lastTrace !== null && !lastTrace.isAttributed)
  if (lost.length === 0) return null
  return {
    id: 'session',
    status: 'warning',
    what: 'No session id',
    wayOut:
      'Set session.id, gen_ai.conversation.id or signalbox.interaction.id on any span of the trace. Until then the cost is unattributed: it counts, but for no interaction and no resolution. Where a sender knows no session, switch on “One trace is one interaction” on the page of its agent.',
    items: names(lost, ({ service }) => (service === null ? [] : [service])),
  }
}

const withoutAgent: Find = (sources) => {
  const isNameless = sources.some(
    ({ service, lastTrace }) => service === null && lastTrace !== null && lastTrace.agent === null,
  )
  if (!isNameless) return null
  return {
    id: 'agent',
    status: 'warning',
    what: 'No agent is named',
    wayOut:
      'Set service.name or signalbox.agent, or send with a key that belongs to an agent. Until then the cost counts for the team, but for no agent and no release.',
    items: [],
  }
}

const withoutUsage: Find = (sources) => {
  const lacking = sources.filter((source) => !isLent(source))
  const count = stillHappening(lacking, 'withoutUsageAt', 'callsWithoutUsage')
  if (count === 0) return null
  const calls = sum(sources, ({ modelCalls }) => modelCalls)
  return {
    id: 'usage',
    status: 'warning',
    what: `${formatCount(count)} of ${counted(calls, 'model call')} came without token counts`,
    wayOut:
      'Their cost is unknown. Of streamed answers ask for the counts (OpenAI: stream_options include_usage), or set gen_ai.usage.input_tokens and output_tokens.',
    items: [],
  }
}

/** Traces of the OpenAI Agents SDK have the counts of a call on the turn around it: the ledger knows what it then lacks. */
export const isLent = ({ road, lastTrace }: SourceView): boolean =>
  road === 'openai-agents' && lastTrace?.totals != null && lastTrace.totals.callsWithoutUsage === 0

const withoutPrice: Find = (sources) => {
  const count = stillHappening(sources, 'withoutPriceAt', 'callsWithoutPrice')
  if (count === 0) return null
  return {
    id: 'price',
    status: 'warning',
    what: `No price is known for ${counted(count, 'model call')}`,
    wayOut:
      'Their cost is unknown. Send what the provider billed as signalbox.cost.usd, or name the provider’s own model.',
    items: names(sources, ({ notUnderstood }) => notUnderstood.modelsWithoutPrice),
  }
}

const withoutOutcome: Find = (sources) => {
  const isOpen = sources.some(({ lastTrace }) => lastTrace?.interactionId != null && lastTrace.result === null)
  if (!isOpen || sources.some(({ lastTrace }) => lastTrace?.result != null)) return null
  return {
    id: 'outcome',
    status: 'info',
    what: 'No outcome yet',
    wayOut:
      'Set signalbox.outcome.result to resolved or unresolved on the last span, or send it later as an event. Cost per resolution needs it.',
    items: [],
  }
}

const withoutCalls: Find = (sources) => {
  if (sum(sources, ({ spans }) => spans) === 0 || sum(sources, ({ modelCalls }) => modelCalls) > 0) return null
  return {
    id: 'calls',
    status: 'info',
    what: 'No model call among the spans',
    wayOut: 'Without one there is no cost. Instrument the client that calls the model, before it is made.',
    items: [],
  }
}

const withoutKind: Find = (sources) => {
  const count = sum(sources, ({ kinds }) => kinds['other'] ?? 0)
  if (count === 0) return null
  return {
    id: 'kind',
    status: 'info',
    what: `${counted(count, 'span names', 'spans name')} no kind we know`,
    wayOut: 'They stay in the trace and count as no call. Where one is a call or a tool, set signalbox.span.kind.',
    items: [],
  }
}

const unusedNames: Find = (sources) => {
  const items = names(sources, ({ notUnderstood }) => notUnderstood.unknownKeys)
  if (items.length === 0) return null
  return {
    id: 'attributes',
    status: 'info',
    what: `${counted(items.length, 'attribute is', 'attributes are')} kept but not used`,
    wayOut: 'Nothing to do: interactions can be searched by them.',
    items,
  }
}

const FINDS: readonly Find[] = [
  refused,
  unattributed,
  withoutAgent,
  withoutUsage,
  withoutPrice,
  withoutOutcome,
  withoutCalls,
  withoutKind,
  unusedNames,
]

/** What last happened this long before the source was last seen has been put right. */
const MENDED_MS = 10 * 60_000

const stillHappening = (
  sources: readonly SourceView[],
  at: 'withoutUsageAt' | 'withoutPriceAt',
  count: 'callsWithoutUsage' | 'callsWithoutPrice',
): number =>
  sum(sources, ({ lastSeenAt, notUnderstood }) => {
    const last = notUnderstood[at]
    return last === null || Date.parse(lastSeenAt) - Date.parse(last) > MENDED_MS ? 0 : notUnderstood[count]
  })

const sum = (sources: readonly SourceView[], of: (source: SourceView) => number): number =>
  sources.reduce((total, source) => total + of(source), 0)

const names = (sources: readonly SourceView[], of: (source: SourceView) => readonly string[]): string[] => [
  ...new Set(sources.flatMap(of)),
]
