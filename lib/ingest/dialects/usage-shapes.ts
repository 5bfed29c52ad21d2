import { isObject, objectOf, type JsonObject } from '@/lib/ingest/dialects/readers'
import type { AttributeValue } from '@/lib/ingest/otlp/types'

/**
 * Usage objects as providers and SDKs return them, under one set of names. `input` contains what was cached, and `output`
 * the reasoning; `inputBeside` and `outputBeside` do not: the shape alone tells which (wire.md 3.3). `inputExtras` and
 * `outputExtras` are other parts counted beside. Values are as sent.
 */
export const usageObject = (value: AttributeValue): JsonObject => {
  const usage = objectOf(value)
  if (!usage) return {}
  for (const shape of SHAPES) {
    const read = shape(usage)
    if (read) return read
  }
  return {}
}

type Shape = (usage: JsonObject) => JsonObject | undefined

const part = (usage: JsonObject, ...names: string[]): JsonObject => {
  for (const name of names) {
    const found = usage[name]
    if (isObject(found)) return found
  }
  return {}
}
const pick = (usage: JsonObject, ...names: string[]): AttributeValue => {
  for (const name of names) {
    const found = usage[name]
    if (found !== undefined && found !== null) return found
  }
  return null
}

const openAi: Shape = (usage) => {
  const isChat = 'prompt_tokens' in usage || 'completion_tokens' in usage
  const isResponses = 'input_tokens_details' in usage || 'output_tokens_details' in usage
  if (!isChat && !isResponses) return undefined
  const input = part(usage, 'prompt_tokens_details', 'input_tokens_details')
  const output = part(usage, 'completion_tokens_details', 'output_tokens_details')
  return {
    input: pick(usage, 'prompt_tokens', 'input_tokens'),
    output: pick(usage, 'completion_tokens', 'output_tokens'),
    total: pick(usage, 'total_tokens'),
    cacheRead: pick(input, 'cached_tokens'),
    cacheWrite: pick(input, 'cache_write_tokens', 'cache_creation_tokens'),
    audioInput: pick(input, 'audio_tokens'),
    reasoning: pick(output, 'reasoning_tokens'),
    audioOutput: pick(output, 'audio_tokens'),
  }
}

/** Also what has plain `input_tokens` and `output_tokens` only: then there is nothing beside. */
const anthropic: Shape = (usage) => {
  if (!('input_tokens' in usage || 'output_tokens' in usage)) return undefined
  return {
    inputBeside: pick(usage, 'input_tokens'),
    output: pick(usage, 'output_tokens'),
    total: pick(usage, 'total_tokens'),
    cacheRead: pick(usage, 'cache_read_input_tokens'),
    cacheWrite: pick(usage, 'cache_creation_input_tokens'),
    cacheWrite1h: pick(part(usage, 'cache_creation'), 'ephemeral_1h_input_tokens'),
  }
}

const gemini: Shape = (usage) => {
  const input = pick(usage, 'promptTokenCount', 'prompt_token_count')
  const output = pick(usage, 'candidatesTokenCount', 'candidates_token_count')
  if (input === null && output === null) return undefined
  return {
    input,
    outputBeside: output,
    total: pick(usage, 'totalTokenCount', 'total_token_count'),
    cacheRead: pick(usage, 'cachedContentTokenCount', 'cached_content_token_count'),
    reasoning: pick(usage, 'thoughtsTokenCount', 'thoughts_token_count'),
  }
}

const aiSdk: Shape = (usage) => {
  if (!('inputTokens' in usage || 'outputTokens' in usage)) return undefined
  const input = part(usage, 'inputTokenDetails')
  return {
    input: pick(usage, 'inputTokens'),
    output: pick(usage, 'outputTokens'),
    total: pick(usage, 'totalTokens'),
    cacheRead: pick(input, 'cacheReadTokens') ?? pick(usage, 'cachedInputTokens'),
    cacheWrite: pick(input, 'cacheWriteTokens'),
    reasoning: pick(part(usage, 'outputTokenDetails'), 'reasoningTokens') ?? pick(usage, 'reasoningTokens'),
  }
}

const CACHE_READ = /cache(d|_read)/
const CACHE_WRITE = /cache_(creation|write)/

/** Langfuse's own: `input`, `output`, `total`, and parts that add up: `input_…`, `output_…`, `cache_…_input_tokens`. */
const additive: Shape = (usage) => {
  if (!('input' in usage || 'output' in usage)) return undefined
  const read: JsonObject = {
    inputBeside: pick(usage, 'input'),
    outputBeside: pick(usage, 'output'),
    total: pick(usage, 'total'),
  }
  for (const [key, value] of Object.entries(usage)) {
    if (typeof value !== 'number' || key === 'input' || key === 'output' || key === 'total') continue
    const name = partNamed(key)
    if (name) read[name] = sum(read[name], value)
    if (name === 'audioInput') read['inputExtras'] = sum(read['inputExtras'], value)
    if (name === 'audioOutput') read['outputExtras'] = sum(read['outputExtras'], value)
  }
  return read
}

const partNamed = (key: string): string | undefined => {
  const isInput = key.startsWith('input_') || key.endsWith('_input_tokens')
  if (!isInput && !key.startsWith('output_')) return undefined
  if (!isInput) return key.includes('reasoning') ? 'reasoning' : key.includes('audio') ? 'audioOutput' : 'outputExtras'
  if (CACHE_WRITE.test(key)) return 'cacheWrite'
  if (CACHE_READ.test(key)) return 'cacheRead'
  return key.includes('audio') ? 'audioInput' : 'inputExtras'
}

const sum = (a: AttributeValue | undefined, b: number): number => (typeof a === 'number' ? a : 0) + b

const SHAPES: readonly Shape[] = [openAi, gemini, aiSdk, additive, anthropic]
