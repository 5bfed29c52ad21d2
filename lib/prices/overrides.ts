import { parseUsd } from '@/lib/core/money'
import type { PriceOverride, Rates } from './schema'
import type { BookUsage } from './usage'

/**
 * Prices a call by an override, in integers: `ceil(Σ tokens × nano-USD per million / 10⁶)`, one rounding per call, which
 * is what the price book's floats amount to. Null when a count needs a rate the override does not give: a narrower rate
 * that is usually dearer (cache writes, audio) is never guessed from a wider one; cache reads and reasoning follow it.
 */
export function priceByOverride(override: PriceOverride, usage: BookUsage): { costNano: bigint; rates: Rates } | null {
  const given = override.ratesUsdPerMTok
  const write1h = usage.cache_write_1h_tokens ?? 0
  const write = (usage.cache_write_tokens ?? 0) - write1h
  const audioInput = usage.input_audio_tokens ?? 0
  // Audio read from cache is billed as audio: the dearer of the two, and each token once.
  const read = (usage.cache_read_tokens ?? 0) - (usage.cache_audio_read_tokens ?? 0)
  const audioOutput = usage.output_audio_tokens ?? 0
  const reasoning = Math.min(usage.output_reasoning_tokens ?? 0, (usage.output_tokens ?? 0) - audioOutput)
  const parts: readonly (readonly [string, number, string | undefined])[] = [
    ['input_mtok', (usage.input_tokens ?? 0) - read - write - write1h - audioInput, given.input],
    ['cache_read_mtok', read, given.cacheRead ?? given.input],
    ['cache_write_mtok', write, given.cacheWrite],
    ['cache_write_1h_mtok', write1h, given.cacheWrite1h],
    ['input_audio_mtok', audioInput, given.audioInput],
    ['output_mtok', (usage.output_tokens ?? 0) - reasoning - audioOutput, given.output],
    ['output_reasoning_mtok', reasoning, given.reasoning ?? given.output],
    ['output_audio_mtok', audioOutput, given.audioOutput],
  ]
  if (usage.output_tokens === undefined && given.output !== undefined) return null

  let sum = 0n
  const rates: Record<string, number> = {}
  for (const [name, tokens, rate] of parts) {
    if (tokens < 0 || (tokens > 0 && rate === undefined)) return null
    if (rate === undefined) continue
    const nanoPerMTok = parseUsd(rate)
    sum += BigInt(tokens) * nanoPerMTok
    rates[name] = Number(nanoPerMTok) / 1e9
  }
  return { costNano: (sum + 999_999n) / 1_000_000n, rates }
}
