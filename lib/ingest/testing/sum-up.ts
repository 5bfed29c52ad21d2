import { judge } from '@/lib/ingest/testing/oracle'
import { judgeTwins } from '@/lib/ingest/testing/oracle-twins'
import type { Verdict, WireEvent, WireInteraction, WireOutcome, WireSpan } from '@/lib/ingest/testing/wire-events'

/** Sums under the names of the columns that hold them; zeros left out. */
export type Sums = Record<string, number>
type Interaction = { given?: WireInteraction; outcome?: WireOutcome; spans: Verdict[] }

/**
 * README 6 over the oracle's verdicts: rows by key, as the roll-ups should be. A key is the clock, the hour, the group
 * (0 all, 1 model, 2 prompt, 3 both, 4 tool; calendar: 9) and agent, release, workflow, segment.
 */
export const sumUp = (events: readonly WireEvent[]): { verdicts: Verdict[]; rows: Map<string, Sums> } => {
  const traces = new Map<string, WireSpan[]>()
  const interactions = new Map<string, Interaction>()
  const entry = (id: string): Interaction => at(interactions, id, () => ({ spans: [] }))
  for (const event of events) {
    if (event.type === 'span') at(traces, event.traceId, () => []).push(event)
    else if (event.type === 'interaction') Object.assign(entry(event.id), { given: event })
    else {
      const old = entry(event.interactionId).outcome
      if (!old || (old.at ?? '') < (event.at ?? '')) entry(event.interactionId).outcome = event
    }
  }
  const verdicts = judgeTwins([...traces.values()].flatMap(judge))
  for (const verdict of verdicts) if (verdict.interaction !== null) entry(verdict.interaction).spans.push(verdict)
  const rows = new Map<string, Sums>()
  for (const interaction of interactions.values()) addInteraction(rows, interaction)
  for (const verdict of verdicts) if (verdict.interaction === null) addUnattributed(rows, verdict)
  for (const [key, sums] of rows) {
    const sorted = Object.entries(sums).sort()
    if (sorted.length > 0) rows.set(key, Object.fromEntries(sorted))
    else rows.delete(key)
  }
  return { verdicts, rows }
}

const addInteraction = (rows: Map<string, Sums>, { given, outcome, spans }: Interaction): void => {
  const told = [...spans].sort((a, b) => (place(a) < place(b) ? -1 : 1)).map(({ s }) => s)
  const last = (field: 'agent' | 'release' | 'workflow' | 'segment'): string =>
    given?.[field] ?? told.findLast((s) => s[field] != null)?.[field] ?? ''
  const owner = [last('agent'), last('release'), last('workflow'), last('segment')]
  for (const verdict of spans) addSpend(rows, verdict, owner)
  const start = given?.startedAt ?? told[0]?.startedAt
  if (start == null) return
  const groups = new Set([keyOf('cohort', start, '0', owner)])
  for (const verdict of spans) {
    for (const group of groupsOf(verdict)) {
      const key = keyOf('cohort', start, group, owner)
      add(rows, key, sumsOf(verdict))
      groups.add(key)
    }
  }
  const resolved = outcome?.result === 'resolved'
  for (const key of groups) {
    add(rows, key, {
      interactions: 1,
      turns: new Set(told.map((s) => s.traceId)).size,
      with_outcome: Number(outcome !== undefined),
      resolved: Number(resolved),
      escalated: Number(outcome?.escalated === true),
      contained: Number(resolved && outcome?.escalated !== true),
      csat_sum: outcome?.csat ?? 0,
    })
  }
}

const addUnattributed = (rows: Map<string, Sums>, verdict: Verdict): void => {
  const owner = [verdict.s.agent ?? '', verdict.s.release ?? '', verdict.s.workflow ?? '', verdict.s.segment ?? '']
  const sums = sumsOf(verdict)
  for (const group of groupsOf(verdict)) {
    const alone = { unattributed_cost_nano_usd: sums['cost_nano_usd'] ?? 0 }
    add(rows, keyOf('cohort', verdict.s.startedAt, group, owner), { ...sums, ...alone })
  }
  addSpend(rows, verdict, owner)
}

const addSpend = (rows: Map<string, Sums>, verdict: Verdict, owner: readonly string[]): void => {
  if (!isBilled(verdict)) return
  const {
    llm_calls = 0,
    unknown_cost_calls = 0,
    cost_nano_usd = 0,
    input_tokens = 0,
    output_tokens = 0,
  } = sumsOf(verdict)
  const group = ['9', verdict.s.model ?? '', ...promptOf(verdict.s)].join('|')
  const sums = { llm_calls, unknown_cost_calls, cost_nano_usd, input_tokens, output_tokens }
  add(rows, keyOf('calendar', verdict.s.startedAt, group, owner), sums)
}

const BILLED = ['reported', 'computed', 'unknown', 'aggregate']
const isBilled = ({ state }: Verdict): boolean => state !== null && BILLED.includes(state)
const promptOf = (s: WireSpan): string[] => [s.prompt?.name ?? '', String(s.prompt?.version ?? '')]

const groupsOf = (verdict: Verdict): string[] => {
  const { s, state } = verdict
  if (s.kind === 'tool') return ['0', `4|${s.tool?.name ?? s.name}`]
  if (state === null || state === 'shadowed' || state === 'duplicate') return ['0']
  const [model, prompt] = [s.model ?? '', promptOf(s).join('|')]
  return ['0', `1|${model}`, `2|${prompt}`, `3|${model}|${prompt}`]
}

const sumsOf = (verdict: Verdict): Sums => {
  const { s, state, cost, usage } = verdict
  const sums: Sums = { spans: 1, unknown_duration_spans: Number(s.endedAt == null) }
  if (s.kind === 'tool') return { ...sums, tool_calls: 1, tool_errors: Number(s.status === 'error') }
  if (state === 'shadowed') return { ...sums, shadowed_calls: 1 }
  if (state === 'duplicate') return { ...sums, duplicate_calls: 1 }
  if (state === 'not_billed') return { ...sums, llm_errors: 1 }
  if (!isBilled(verdict)) return sums
  return {
    ...sums,
    llm_calls: 1,
    unknown_cost_calls: Number(cost === null),
    unknown_usage_calls: Number(usage === null),
    cost_nano_usd: cost ?? 0,
    input_tokens: usage?.inputTokens ?? 0,
    output_tokens: usage?.outputTokens ?? 0,
    cache_read_tokens: usage?.cacheReadTokens ?? 0,
    reasoning_tokens: usage?.reasoningTokens ?? 0,
  }
}

const place = ({ s }: Verdict): string => `${s.startedAt} ${s.traceId} ${s.id}`

export const keyOf = (clock: string, time: string, group: string, owner: readonly string[]): string =>
  [clock, new Date(time).toISOString().slice(0, 13), ...owner, group].join('|')

const add = (rows: Map<string, Sums>, key: string, sums: Sums): void => {
  const row = at(rows, key, (): Sums => ({}))
  for (const [name, n] of Object.entries(sums)) {
    const next = (row[name] ?? 0) + n
    if (next === 0) delete row[name]
    else row[name] = next
  }
}

const at = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
