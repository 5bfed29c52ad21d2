import type { Verdict, WireSpan } from '@/lib/ingest/testing/wire-events'

/**
 * wire.md 4.3 told again over all traces of a team, after each has been judged on its own: best call first, it takes one
 * call of each other scope that is the same, the likeliest. Knows nothing of the code it judges.
 */
export const judgeTwins = (verdicts: readonly Verdict[]): Verdict[] => {
  const open = verdicts.filter((v) => v.state !== null && v.state !== 'shadowed' && v.state !== 'aggregate')
  const best = [...open].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))
  const gone = new Set<Verdict>()
  for (const v of best) {
    if (gone.has(v)) continue
    const same = best.slice(best.indexOf(v) + 1).filter((w) => !gone.has(w) && isSame(v.s, w.s))
    for (const scope of new Set(same.map((w) => w.s.scope))) {
      const rivals = same.filter((w) => w.s.scope === scope)
      const score = (w: Verdict): number => (equal(v.s, w.s) ? 1e15 : 0) + both(v.s, w.s)
      const top = Math.max(...rivals.map(score))
      const twin = rivals.find((w) => score(w) === top)
      if (twin) gone.add(twin)
    }
  }
  return verdicts.map((v) => (gone.has(v) ? { ...v, state: 'duplicate', cost: null } : v))
}

const used = (s: WireSpan): boolean => s.usage != null || s.costUsd != null
const rank = ({ s, interaction }: Verdict): string =>
  [!used(s), !used(s) && s.status === 'error', interaction === null, s.parentId == null].map(Number).join('') +
  `${s.startedAt} ${s.traceId} ${s.id}`
const micros = (time: string): number => Date.parse(time) * 1000 + Number(/\.\d{3}(\d{3})Z$/.exec(time)?.[1] ?? 0)
const times = (s: WireSpan): [number, number] => [micros(s.startedAt), micros(s.endedAt ?? s.startedAt)]
const both = (a: WireSpan, b: WireSpan): number =>
  Math.min(times(a)[1], times(b)[1]) - Math.max(times(a)[0], times(b)[0])
const equal = (a: WireSpan, b: WireSpan): boolean =>
  a.usage != null && a.usage.inputTokens === b.usage?.inputTokens && a.usage.outputTokens === b.usage.outputTokens
const inside = (a: WireSpan, b: WireSpan): boolean =>
  times(a)[0] >= times(b)[0] - 50_000 && times(a)[1] <= times(b)[1] + 50_000

const isSame = (a: WireSpan, b: WireSpan): boolean => {
  if (a.scope === b.scope) return false
  if (a.responseId != null && b.responseId != null) return a.responseId === b.responseId && both(a, b) >= 0
  const family = (s: WireSpan): string => (s.model ?? '').replace(/-\d{4}-\d\d-\d\d$/, '')
  const isNear = a.serviceInstance !== undefined && a.serviceInstance === b.serviceInstance
  return isNear && family(a) !== '' && family(a) === family(b) && equal(a, b) && (inside(a, b) || inside(b, a))
}
