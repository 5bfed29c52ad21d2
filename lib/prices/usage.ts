import type { Usage } from './schema'

/** Counts under the price book's names. Absent keys are counts nobody reported. */
export type BookUsage = Partial<
  Record<
    | 'input_tokens'
    | 'output_tokens'
    | 'cache_read_tokens'
    | 'cache_write_tokens'
    | 'cache_write_1h_tokens'
    | 'cache_audio_read_tokens'
    | 'output_reasoning_tokens'
    | 'input_audio_tokens'
    | 'output_audio_tokens',
    number
  >
>

/**
 * Our counts under the price book's names, checked: parts are never larger than their whole (the library would throw).
 * No input and no output means that nothing was reported, which is not 0. Output may be missing for an embedding.
 */
export function toBookUsage(usage: Usage): BookUsage | 'no_usage' | 'invalid_usage' {
  const input = usage.inputTokens ?? null
  const output = usage.outputTokens ?? null
  const counts = [input, output, usage.cacheReadTokens, usage.cacheWriteTokens, usage.cacheWrite1hTokens]
  const details = [usage.reasoningTokens, usage.audioInputTokens, usage.audioOutputTokens]
  if ([...counts, ...details].some((count) => count != null && !(Number.isSafeInteger(count) && count >= 0))) {
    return 'invalid_usage'
  }
  // Output alone prices less than half of a call: the input is unknown, and so is the cost.
  if (input === null) return 'no_usage'

  const cacheRead = usage.cacheReadTokens ?? 0
  const cacheWrite1h = usage.cacheWrite1hTokens ?? 0
  // Some sources name the one-hour writes only; they are writes all the same.
  const cacheWrite = usage.cacheWriteTokens ?? cacheWrite1h
  const audioInput = usage.audioInputTokens ?? 0
  const outputParts = Math.max(usage.reasoningTokens ?? 0, usage.audioOutputTokens ?? 0)
  if (cacheRead + cacheWrite > input || cacheWrite1h > cacheWrite || audioInput > input) return 'invalid_usage'
  if (outputParts > (output ?? (outputParts > 0 ? -1 : 0))) return 'invalid_usage'

  // How much of the audio was read from cache is in no usage object. The smallest overlap that fits into the input is
  // taken: it never counts a token twice, and it is never the cheaper reading.
  const overlap = Math.max(0, cacheRead + cacheWrite + audioInput - input)
  const parts: BookUsage = {
    cache_read_tokens: cacheRead,
    cache_write_tokens: cacheWrite,
    cache_write_1h_tokens: cacheWrite1h,
    input_audio_tokens: audioInput,
    output_reasoning_tokens: usage.reasoningTokens ?? 0,
    output_audio_tokens: usage.audioOutputTokens ?? 0,
  }
  const book: BookUsage = { input_tokens: input, ...withoutZeros(parts) }
  if (output !== null) book.output_tokens = output
  if (cacheRead > 0 && audioInput > 0) book.cache_audio_read_tokens = Math.min(cacheRead, audioInput, overlap)
  return book
}

/** The library takes an absent part as 0, and is quicker without it. */
function withoutZeros(parts: BookUsage): BookUsage {
  return Object.fromEntries(Object.entries(parts).filter(([, count]) => count > 0))
}
