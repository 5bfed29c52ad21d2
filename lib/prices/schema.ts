import { z } from 'zod'

const count = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)

/**
 * Token counts of one model call, inclusive: `inputTokens` contains cache reads and writes and audio, `outputTokens`
 * contains reasoning and audio, `cacheWriteTokens` contains the one-hour writes. Null or absent: nobody reported it.
 */
export const Usage = z.object({
  inputTokens: count.nullish(),
  outputTokens: count.nullish(),
  cacheReadTokens: count.nullish(),
  cacheWriteTokens: count.nullish(),
  cacheWrite1hTokens: count.nullish(),
  reasoningTokens: count.nullish(),
  audioInputTokens: count.nullish(),
  audioOutputTokens: count.nullish(),
})

const usdPerMTok = z
  .string()
  .regex(/^(0|[1-9]\d{0,5})(\.\d{1,9})?$/, 'A rate is a decimal string in USD per million tokens, e.g. "2.50".')

/**
 * A price that a team (or the platform) sets for itself, because the price book has none, has it late, or because a
 * contract says otherwise. Left out, `cacheRead` follows `input` and `reasoning` follows `output`; a call that has other
 * tokens without a rate (cache writes, audio, output) has no price by this override.
 */
export const PriceOverride = z.object({
  id: z.string().min(1).max(256),
  /** As sent or as the price book spells it; absent: any provider. */
  provider: z.string().min(1).max(256).optional(),
  /** Model as sent, without regard to case; `*` stands for any text. */
  model: z.string().min(1).max(256),
  /** Service tier, e.g. `batch`, `flex`, `priority`; absent: the standard tier. */
  tier: z.string().min(1).max(64).optional(),
  /** Valid for calls that start then or later, until a later override of the same model takes over. */
  validFrom: z.date(),
  ratesUsdPerMTok: z.object({
    input: usdPerMTok,
    output: usdPerMTok.optional(),
    cacheRead: usdPerMTok.optional(),
    cacheWrite: usdPerMTok.optional(),
    cacheWrite1h: usdPerMTok.optional(),
    reasoning: usdPerMTok.optional(),
    audioInput: usdPerMTok.optional(),
    audioOutput: usdPerMTok.optional(),
  }),
})

export type Usage = z.infer<typeof Usage>
export type PriceOverride = z.infer<typeof PriceOverride>

/** Rates as used, USD per million tokens (`…_mtok`) or per thousand (`…_kcount`), tiers already resolved. */
export type Rates = Readonly<Record<string, number>>
