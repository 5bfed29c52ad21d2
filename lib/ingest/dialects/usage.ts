import { keysOf } from '@/lib/ingest/measures'

/**
 * Token counts as the ledger takes them: the input contains what was read from and written to caches, the output contains
 * the reasoning (wire.md 3.3). Senders do either; where their convention leaves a doubt, the numbers decide. Pure.
 */
export type Counts = {
  inputTokens: number | null
  outputTokens: number | null
  cacheReadTokens: number | null
  cacheWriteTokens: number | null
  cacheWrite1hTokens: number | null
  reasoningTokens: number | null
  audioInputTokens: number | null
  audioOutputTokens: number | null
}

export type SentUsage = Counts & {
  /** As the sender reports it; null where it is no evidence. */
  totalTokens: number | null
  /** Parts that are neither cache nor reasoning, counted beside where the sender adds its parts up. */
  inputExtras: number
  outputExtras: number
}

/** Whether the cache counts stand beside the input, and the reasoning beside the output. */
export type Reading = { cacheBeside: boolean; reasoningBeside: boolean }

export type Evidence = {
  /** What the sender's convention says. */
  listed: Reading
  /** What the sender says the call cost, nano-USD. */
  reported: bigint | null
  /** What such counts cost, nano-USD; null = no price. */
  price: (counts: Counts) => bigint | null
}

export type InclusiveUsage = { counts: Counts; flags: string[] }

/** Parts that cannot be within their whole are unknown; said in `flags`, never in silence. */
export const inclusiveUsage = (sent: SentUsage, evidence: Evidence): InclusiveUsage => {
  const usage = withWrites(sent)
  const reading = readingOf(usage, evidence)
  const { counts, isClamped } = clamped(countsBy(usage, reading))
  const isAdded = counts.inputTokens !== sent.inputTokens || counts.outputTokens !== sent.outputTokens
  return { counts, flags: [...(isAdded ? ['usage_added_up'] : []), ...(isClamped ? ['usage_invalid'] : [])] }
}

/** Some senders name the one-hour writes only; they are writes all the same. */
const withWrites = (sent: SentUsage): SentUsage => ({
  ...sent,
  cacheWriteTokens: sent.cacheWriteTokens ?? sent.cacheWrite1hTokens,
})

/** In this order: what is impossible falls; a total decides; a reported cost decides; else as listed. */
const readingOf = (usage: SentUsage, { listed, reported, price }: Evidence): Reading => {
  let readings = readingsOf(usage, listed)
  readings = kept(readings, (reading) => isPossible(usage, reading))
  const { totalTokens } = usage
  if (totalTokens !== null) {
    readings = kept(readings, (reading) => totalOf(countsBy(usage, reading)) === totalTokens)
  }
  if (reported !== null && readings.length > 1) {
    const distances = readings.map((reading) => distance(price(countsBy(usage, reading)), reported))
    const nearest = distances.reduce<bigint | null>((a, b) => (a === null || (b !== null && b < a) ? b : a), null)
    readings = kept(readings, (_, place) => nearest !== null && distances[place] === nearest)
  }
  return readings[0] ?? listed
}

/** As listed first; others only where they differ. */
const readingsOf = (usage: SentUsage, listed: Reading): Reading[] => {
  const hasCache = usage.inputTokens !== null && cacheOf(usage) + usage.inputExtras > 0
  const hasReasoning = usage.outputTokens !== null && (usage.reasoningTokens ?? 0) + usage.outputExtras > 0
  const readings: Reading[] = []
  for (const isReasoningTurned of hasReasoning ? [false, true] : [false]) {
    for (const isCacheTurned of hasCache ? [false, true] : [false]) {
      readings.push({
        cacheBeside: listed.cacheBeside !== isCacheTurned,
        reasoningBeside: listed.reasoningBeside !== isReasoningTurned,
      })
    }
  }
  return readings
}

/** Those that pass; all, where none does: then the rule says nothing. */
const kept = (readings: Reading[], isKept: (reading: Reading, place: number) => boolean): Reading[] => {
  const passed = readings.filter(isKept)
  return passed.length > 0 ? passed : readings
}

const cacheOf = (usage: SentUsage): number => (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0)

const isPossible = (usage: SentUsage, reading: Reading): boolean =>
  (reading.cacheBeside || usage.inputTokens === null || cacheOf(usage) <= usage.inputTokens) &&
  (reading.reasoningBeside || usage.outputTokens === null || (usage.reasoningTokens ?? 0) <= usage.outputTokens)

const totalOf = (counts: Counts): number => (counts.inputTokens ?? 0) + (counts.outputTokens ?? 0)

const countsBy = (usage: SentUsage, reading: Reading): Counts => {
  const { totalTokens: _total, inputExtras, outputExtras, ...counts } = usage
  const besideInput = reading.cacheBeside ? cacheOf(usage) + inputExtras : 0
  const besideOutput = reading.reasoningBeside ? (usage.reasoningTokens ?? 0) + outputExtras : 0
  return {
    ...counts,
    inputTokens: counts.inputTokens === null ? null : counts.inputTokens + besideInput,
    outputTokens: counts.outputTokens === null ? null : counts.outputTokens + besideOutput,
  }
}

const distance = (cost: bigint | null, reported: bigint): bigint | null =>
  cost === null ? null : cost > reported ? cost - reported : reported - cost

const clamped = (counts: Counts): { counts: Counts; isClamped: boolean } => {
  const fit = { ...counts }
  const input = counts.inputTokens ?? Infinity
  const output = counts.outputTokens ?? Infinity
  if ((fit.cacheReadTokens ?? 0) + (fit.cacheWriteTokens ?? 0) > input) {
    fit.cacheReadTokens = null
    fit.cacheWriteTokens = null
    fit.cacheWrite1hTokens = null
  }
  if ((fit.cacheWrite1hTokens ?? 0) > (fit.cacheWriteTokens ?? 0)) fit.cacheWrite1hTokens = null
  if ((fit.audioInputTokens ?? 0) > input) fit.audioInputTokens = null
  if ((fit.reasoningTokens ?? 0) > output) fit.reasoningTokens = null
  if ((fit.audioOutputTokens ?? 0) > output) fit.audioOutputTokens = null
  const isClamped = keysOf(fit).some((key) => fit[key] !== counts[key])
  return { counts: fit, isClamped }
}
