import { calcPrice, type ModelInfo, type ModelPrice, type Provider } from '@pydantic/genai-prices'
import { nanoUsd, type NanoUsd } from '@/lib/core/money'
import { cleanModel, matchesPattern, providerOf } from './model-names'
import { priceByOverride } from './overrides'
import type { PriceOverride, Rates, Usage } from './schema'
import { toBookUsage, type BookUsage } from './usage'

/**
 * What one model call costs. The price is looked up once, at the start of the call, and stored with the span, so that a
 * later price book changes no history. Where a part of the bill cannot be priced the whole is unknown: a figure that is
 * silently low is worse than none.
 */

/** The bundled price book. It changes only with the package; its test compares the version. Nothing is fetched. */
export const PRICE_BOOK = 'genai-prices@0.1.8'

export interface ModelCall {
  readonly provider?: string | null | undefined
  /** The model that answered. */
  readonly model?: string | null | undefined
  readonly requestModel?: string | null | undefined
  /** Service tier as sent; only an override can price one that is not standard. */
  readonly tier?: string | null | undefined
  /** Prices have start dates and hours of the day. */
  readonly startedAt: Date
  readonly usage: Usage
  /** Other units the provider bills (searches, images, seconds); any above 0 makes the cost unknown. */
  readonly otherUnits?: Readonly<Record<string, number>> | undefined
}

export interface PricedCall {
  readonly costNanoUsd: NanoUsd
  /** Where the price comes from: `genai-prices@0.1.8`, `override:<id>`. */
  readonly source: string
  readonly priceModelId: string
  readonly priceProviderId: string
  readonly rates: Rates
  /** The moment whose price was used: the start of the call. */
  readonly pricedAt: Date
}

export type UnknownPriceReason = 'no_usage' | 'invalid_usage' | 'no_price' | 'unpriced_units'

/** The price of a call, or null when it is unknown. Never throws, never writes to the console, never 0 for unknown. */
export function priceCall(call: ModelCall, overrides: readonly PriceOverride[] = []): PricedCall | null {
  const quote = quoteCall(call, overrides)
  return quote.priced ?? null
}

export type Quote = { priced: PricedCall; unknown?: never } | { priced?: never; unknown: UnknownPriceReason }

/** As `priceCall`, with the reason why a price is unknown. */
export function quoteCall(call: ModelCall, overrides: readonly PriceOverride[] = []): Quote {
  const usage = toBookUsage(call.usage)
  if (usage === 'no_usage' || usage === 'invalid_usage') return { unknown: usage }
  if (Number.isNaN(call.startedAt.getTime())) return { unknown: 'no_price' }
  if (Object.values(call.otherUnits ?? {}).some((units) => units > 0)) return { unknown: 'unpriced_units' }

  const override = overrideFor(call, overrides)
  if (override) return quoteByOverride(override, usage, call)
  if (!isStandardTier(call.tier)) return { unknown: 'no_price' }
  const found = findPrice(call.provider ?? '', call.model ?? '', call.requestModel ?? '')
  return found ? quoteWith(found, usage, call.startedAt) : { unknown: 'no_price' }
}

function quoteByOverride(override: PriceOverride, usage: BookUsage, call: ModelCall): Quote {
  const result = priceByOverride(override, usage)
  if (!result) return { unknown: 'unpriced_units' }
  const provider = override.provider ?? call.provider
  return {
    priced: {
      costNanoUsd: nanoUsd(result.costNano),
      source: `override:${override.id}`,
      priceModelId: override.model,
      priceProviderId: provider ? providerOf(provider) : 'unknown',
      rates: result.rates,
      pricedAt: call.startedAt,
    },
  }
}

/** One model of one provider, so that repeated calls skip the search and only choose the rate by time. */
interface BookEntry {
  readonly modelId: string
  readonly provider: Provider
}

function quoteWith(entry: BookEntry, usage: BookUsage, startedAt: Date): Quote {
  try {
    const { modelId, provider } = entry
    const result = calcPrice(usage, modelId, { provider, timestamp: startedAt })
    if (!result) return { unknown: 'no_price' }
    const unpriced = unpricedBecause(result.model_price, usage, modelId)
    if (unpriced) return { unknown: unpriced }
    const costNanoUsd = toNanoUsd(result.total_price)
    if (costNanoUsd === null) return { unknown: 'no_price' }
    const rates = ratesUsed(result.model_price, usage.input_tokens ?? 0)
    return {
      priced: {
        costNanoUsd,
        source: PRICE_BOOK,
        priceModelId: modelId,
        priceProviderId: provider.id,
        rates,
        pricedAt: startedAt,
      },
    }
  } catch {
    // The library throws on counts that cannot be parts of their whole; checked before, save for exotic overlaps.
    return { unknown: 'invalid_usage' }
  }
}

/** Floats such as 0.00020999999999999998 are meant to be whole nano-USD; wire.md §6 has the measure of the margin. */
function toNanoUsd(usd: number): NanoUsd | null {
  return Number.isFinite(usd) && usd >= 0 ? nanoUsd(BigInt(Math.ceil(usd * 1e9 - 1e-3))) : null
}

/**
 * Counts whose own rate is missing and whose next wider rate would be too low. Cache reads are left out on purpose:
 * where the book has no rate for them they are billed as plain input, so the wider rate is never low.
 */
const NEEDS_OWN_RATE: readonly (readonly [keyof BookUsage, string])[] = [
  ['cache_write_tokens', 'cache_write_mtok'],
  ['cache_write_1h_tokens', 'cache_write_1h_mtok'],
  ['input_audio_tokens', 'input_audio_mtok'],
  ['output_audio_tokens', 'output_audio_mtok'],
]

function unpricedBecause(price: ModelPrice, usage: BookUsage, modelId: string): UnknownPriceReason | null {
  // The book lists free variants with no rates at all; every other model without a rate for input has none we know.
  if (Object.keys(price).length === 0 && modelId.endsWith(':free')) return null
  const has = (key: string) => price[key] !== undefined
  if (!has('input_mtok')) return 'no_price'
  const output = usage.output_tokens
  if (output === undefined ? has('output_mtok') : output > 0 && !has('output_mtok')) return 'unpriced_units'
  // Image and video output cost ten times the text rate, and our usage does not tell them apart.
  if ((output ?? 0) > 0 && (has('output_image_mtok') || has('output_video_mtok'))) return 'unpriced_units'
  const missing = NEEDS_OWN_RATE.some(([tokens, rate]) => (usage[tokens] ?? 0) > 0 && !has(rate))
  return missing ? 'unpriced_units' : null
}

/** Plain numbers: of a tiered rate the one that the input size selects, as the library does. */
function ratesUsed(price: ModelPrice, inputTokens: number): Rates {
  const rates: Record<string, number> = {}
  for (const [key, rate] of Object.entries(price)) {
    if (typeof rate === 'number') rates[key] = rate
    else if (rate) {
      const tiers = rate.tiers.filter((tier) => inputTokens > tier.start).sort((a, b) => a.start - b.start)
      rates[key] = tiers[tiers.length - 1]?.price ?? rate.base
    }
  }
  return rates
}

/** The narrowest override that covers the call: named provider first, then whole names before patterns, then the newest. */
function overrideFor(call: ModelCall, overrides: readonly PriceOverride[]): PriceOverride | undefined {
  if (overrides.length === 0) return undefined
  const provider = call.provider ? providerOf(call.provider) : null
  const models = candidates(call.model ?? '', call.requestModel ?? '')
  const fits = overrides.filter(
    (one) =>
      one.validFrom <= call.startedAt &&
      (one.provider === undefined || providerOf(one.provider) === provider) &&
      (isStandardTier(call.tier) ? isStandardTier(one.tier) : one.tier?.toLowerCase() === call.tier?.toLowerCase()) &&
      models.some((model) => matchesPattern(one.model, model)),
  )
  return fits.sort(
    (a, b) =>
      Number(b.provider !== undefined) - Number(a.provider !== undefined) ||
      Number(a.model.includes('*')) - Number(b.model.includes('*')) ||
      b.validFrom.getTime() - a.validFrom.getTime() ||
      (a.id < b.id ? -1 : 1),
  )[0]
}

function isStandardTier(tier: string | null | undefined): boolean {
  return !tier || ['standard', 'default', 'auto', 'on_demand'].includes(tier.toLowerCase())
}

/** Response model, the same cleaned, request model, the same cleaned. */
function candidates(model: string, requestModel: string): string[] {
  const names = [model, cleanModel(model), requestModel, cleanModel(requestModel)]
  return [...new Set(names.filter((name) => name !== ''))]
}

const LOOKUPS_MAX = 2_000
const lookups = new Map<string, BookEntry | null>()

/**
 * The search of wire.md §6. A miss walks patterns of a dozen providers, so answers are remembered, least recently used
 * dropped first. What is remembered is the model, not its price: that depends on the time of the call.
 */
function findPrice(provider: string, model: string, requestModel: string): BookEntry | null {
  const key = `${provider}\u0000${model}\u0000${requestModel}`
  const known = lookups.get(key)
  if (known !== undefined) {
    lookups.delete(key)
    lookups.set(key, known)
    return known
  }
  const found = searchBook(provider, candidates(model, requestModel))
  lookups.set(key, found)
  const oldest = lookups.size > LOOKUPS_MAX ? lookups.keys().next().value : undefined
  if (oldest !== undefined) lookups.delete(oldest)
  return found
}

/** For its test only. */
export function lookupsRemembered(): number {
  return lookups.size
}

function searchBook(provider: string, models: readonly string[]): BookEntry | null {
  const providerId = provider ? providerOf(provider) : ''
  for (const name of models) {
    const hit = (providerId ? bookHit(name, providerId) : null) ?? bookHit(name, null)
    if (hit) return hit
  }
  return null
}

function bookHit(name: string, providerId: string | null): BookEntry | null {
  try {
    // Without usage the library only finds; it neither warns nor prices.
    const hit = calcPrice({}, name, providerId ? { providerId, timestamp: new Date(0) } : { timestamp: new Date(0) })
    return hit ? { modelId: hit.model.id, provider: narrowed(hit.provider, hit.model) } : null
  } catch {
    return null
  }
}

/** Rates for units that no usage of ours reports (searches, pages, seconds) only cost time on the hot path. */
const RATES_KEPT: ReadonlySet<string> = new Set([
  ...[
    'input_mtok',
    'output_mtok',
    'cache_read_mtok',
    'cache_write_mtok',
    'cache_write_1h_mtok',
    'cache_audio_read_mtok',
  ],
  ...['input_audio_mtok', 'output_audio_mtok', 'output_image_mtok', 'output_video_mtok', 'output_reasoning_mtok'],
  'requests_kcount',
])

function narrowed(provider: Provider, model: ModelInfo): Provider {
  const keep = (price: ModelPrice) => Object.fromEntries(Object.entries(price).filter(([key]) => RATES_KEPT.has(key)))
  const prices = Array.isArray(model.prices)
    ? model.prices.map((dated) => ({ ...dated, prices: keep(dated.prices) }))
    : keep(model.prices)
  const only: ModelInfo = { id: model.id, match: { equals: model.id }, prices }
  return { id: provider.id, name: provider.name, api_pattern: '', models: [only] }
}
