import { calcPrice } from '@pydantic/genai-prices'
import type { Line, Verdict, WireSpan } from '@/lib/ingest/testing/wire-events'

/**
 * wire.md 4 told again, for one trace, from spans that are whole and come once: each looks up its line in the plainest
 * way. Knows nothing of the code it judges.
 */
export const judge = (spans: readonly WireSpan[]): Verdict[] => {
  const lines = spans.map((s): Line => ({ s }))
  const byId = new Map(lines.map((n) => [n.s.id, n]))
  for (const n of lines) n.up = byId.get(n.s.parentId ?? '')
  for (const begin of lines) {
    let n: Line | undefined = begin
    for (let steps = 0; n && steps < lines.length; steps++) n = n.up // who still climbs is on a cycle
    let least = n
    for (let m = n?.up; m && least && m !== n; m = m.up) if (place(m.s) < place(least.s)) least = m
    if (least) least.up = undefined
  }
  const [used, called] = [new Set<WireSpan>(), new Set<WireSpan>()]
  for (const n of lines.filter(({ s }) => isCall(s))) for (const a of above(n)) (isUsed(n.s) ? used : called).add(a)
  const isCounted = spans.some((s) => isCall(s) && isUsed(s))
  const agents = new Set(
    isCounted ? [] : spans.filter((s) => s.kind === 'agent' && (s.usage != null || s.costUsd != null)),
  )
  const ids = [...new Set(spans.flatMap((s) => s.interactionId ?? []))]
  return lines.map((n) => {
    const [{ s }, line] = [n, above(n)]
    const named = [s, ...line].find((a) => a.interactionId != null)?.interactionId
    const below = used.has(s) ? 'used' : called.has(s) ? 'called' : 'none'
    const told = verdict(s, line, below, named ?? (ids.length === 1 ? (ids[0] ?? null) : null))
    return line.some((a) => agents.has(a)) ? underAgent(told) : agents.has(s) ? asAggregate(told) : told
  })
}

const verdict = (s: WireSpan, line: WireSpan[], below: string, interaction: string | null): Verdict => {
  const [mine, outer] = [s.usage, line.find(isCall)]
  const twin = outer?.usage?.inputTokens === mine?.inputTokens && outer?.usage?.outputTokens === mine?.outputTokens
  const lent = mine && twin && below !== 'used' ? outer : undefined
  const usage = mine && { ...lent?.usage, ...mine }
  const reported = s.costUsd ?? lent?.costUsd
  const book = usage ? price(s, usage) : null
  const cost = reported != null ? Math.round(Number(reported) * 1e9) : book
  const priced = reported != null ? 'reported' : book !== null ? 'computed' : 'unknown'
  const hidden = isUsed(s) ? below === 'used' : below !== 'none' || line.some(isUsed)
  const unbilled = !isUsed(s) && s.status === 'error'
  const state = !isCall(s) ? null : hidden ? 'shadowed' : unbilled ? 'not_billed' : priced
  return { s, state, cost: state === priced ? cost : null, interaction, usage: usage ?? null, isTop: line.length === 0 }
}

/** wire.md 4.4: where only agents report usage the topmost is priced, and the calls below it are shadowed. */
const underAgent = (told: Verdict): Verdict => (isCall(told.s) ? { ...told, state: 'shadowed', cost: null } : told)
const asAggregate = (told: Verdict): Verdict => {
  const { usage, costUsd } = told.s
  const cost = costUsd != null ? Math.round(Number(costUsd) * 1e9) : usage ? price(told.s, usage) : null
  return { ...told, state: 'aggregate', cost }
}

const price = (s: WireSpan, usage: NonNullable<WireSpan['usage']>): number | null => {
  const counts = { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens }
  const how = { timestamp: new Date(s.startedAt), ...(s.provider == null ? {} : { providerId: s.provider }) }
  const full = {
    ...counts,
    cache_read_tokens: usage.cacheReadTokens ?? 0,
    cache_write_tokens: usage.cacheWriteTokens ?? 0,
  }
  const result = calcPrice(full, s.model ?? '', how) ?? calcPrice(full, s.requestModel ?? '', how)
  return result && Math.ceil(result.total_price * 1e9 - 1e-3)
}

const isCall = (s: WireSpan): boolean => s.kind === 'llm' || s.kind === 'embedding'
const isUsed = (s: WireSpan): boolean => isCall(s) && (s.usage != null || s.costUsd != null)
const place = (s: WireSpan): string => `${s.startedAt} ${s.id}`
const above = (n: Line, line: WireSpan[] = []): WireSpan[] => {
  for (let a = n.up; a; a = a.up) line.push(a.s)
  return line
}
