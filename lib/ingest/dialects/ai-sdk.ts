import { to, type Dialect, type Entry, type SpanKind } from '@/lib/ingest/dialects/fields'
import { FINISH_REASONS } from '@/lib/ingest/dialects/otel-genai'
import {
  content,
  count,
  isObject,
  milliseconds,
  objectOf,
  oneOf,
  text,
  type JsonObject,
  type Reader,
} from '@/lib/ingest/dialects/readers'
import type { AttributeValue } from '@/lib/ingest/otlp/types'

const CALLS: Record<string, SpanKind> = {
  doGenerate: 'llm',
  doStream: 'llm',
  doEmbed: 'embedding',
  doRerank: 'retrieval',
}

/** `ai.generateText` wraps `ai.generateText.doGenerate`; a function id may follow after a space. */
const operation: Reader<SpanKind> = (value) => {
  const read = text(value)
  if (typeof read !== 'string' || !read.startsWith('ai.')) return undefined
  const space = read.indexOf(' ')
  const name = space === -1 ? read : read.slice(0, space)
  if (name === 'ai.toolCall') return 'tool'
  return CALLS[name.slice(name.lastIndexOf('.') + 1)] ?? 'workflow'
}

/** `openai.chat` is openai. */
const provider: Reader<string> = (value) => {
  const read = text(value)
  return typeof read === 'string' ? read.split('.', 1)[0] || undefined : read
}
const finishReason = oneOf(FINISH_REASONS, 'other')

/** Cache counts that no attribute of its own tells (wire.md 2.4). */
const providerMetadata = (value: AttributeValue): JsonObject => {
  const metadata = objectOf(value)
  const part = (name: string): JsonObject => objectOf(metadata?.[name]) ?? {}
  const { cachedPromptTokens = null } = part('openai')
  const anthropic = usageIn(part('anthropic'))
  const bedrock = usageIn(part('bedrock'))
  const google = objectOf(part('google')['usageMetadata'])
  const oneHour = objectOf(anthropic['cache_creation'])
  return {
    cacheRead:
      cachedPromptTokens ??
      anthropic['cache_read_input_tokens'] ??
      bedrock['cacheReadInputTokens'] ??
      google?.['cachedContentTokenCount'] ??
      null,
    cacheWrite:
      anthropic['cache_creation_input_tokens'] ??
      part('anthropic')['cacheCreationInputTokens'] ??
      bedrock['cacheWriteInputTokens'] ??
      null,
    cacheWrite1h: oneHour?.['ephemeral_1h_input_tokens'] ?? null,
  }
}
const usageIn = (provider: JsonObject): JsonObject => {
  const usage = provider['usage']
  return isObject(usage) ? usage : {}
}

/** `ai.response.x`, and `ai.result.x` as it was called. */
const response = (name: string, entry: Entry): Record<string, Entry> => ({
  [`ai.response.${name}`]: entry,
  [`ai.result.${name}`]: entry,
})

/** Vercel's AI SDK, versions 4 to 6 (wire.md 2.4). Version 7 sends OpenTelemetry's GenAI conventions. */
export const AI_SDK: Dialect = {
  name: 'ai-sdk',
  title: 'Vercel AI SDK',
  attributes: {
    'ai.operationId': to('kind', operation),
    'operation.name': to('kind', operation),
    'resource.name': 'kept',
    'ai.model.id': to('requestModel', text),
    'ai.model.provider': to('provider', provider),
    'ai.telemetry.functionId': to('workflow', text),
    'ai.prompt': to('input', content),
    'ai.prompt.messages': to('input', content),
    'ai.prompt.tools': 'kept',
    'ai.prompt.toolChoice': 'kept',
    'ai.value': to('input', content),
    'ai.values': to('input', content),
    'ai.embedding': to('output', content),
    'ai.embeddings': to('output', content),
    ...response('text', to('output', content)),
    ...response('object', to('output', content)),
    ...response('toolCalls', to('output', content)),
    ...response('reasoning', to('output', content)),
    ...response('id', to('responseId', text)),
    ...response('model', to('model', text)),
    ...response('finishReason', to('finishReason', finishReason)),
    'ai.response.providerMetadata': { open: providerMetadata },
    'ai.result.providerMetadata': 'kept',
    'ai.finishReason': to('finishReason', finishReason),
    'ai.response.providerMetadata#cacheRead': to('cacheReadTokens', count),
    'ai.response.providerMetadata#cacheWrite': to('cacheWriteTokens', count),
    'ai.response.providerMetadata#cacheWrite1h': to('cacheWrite1hTokens', count),
    'ai.response.msToFirstChunk': to('firstTokenMs', milliseconds),
    'ai.stream.msToFirstChunk': to('firstTokenMs', milliseconds),
    'ai.toolCall.name': to('toolName', text),
    'ai.toolCall.id': to('toolCallId', text),
    'ai.toolCall.args': to('input', content),
    'ai.toolCall.result': to('output', content),
    'ai.usage.inputTokens': to('inputTokens', count),
    'ai.usage.outputTokens': to('outputTokens', count),
    'ai.usage.totalTokens': to('totalTokens', count),
    'ai.usage.inputTokenDetails.cacheReadTokens': to('cacheReadTokens', count),
    'ai.usage.inputTokenDetails.cacheWriteTokens': to('cacheWriteTokens', count),
    'ai.usage.outputTokenDetails.reasoningTokens': to('reasoningTokens', count),
    'ai.usage.cachedInputTokens': to('cacheReadTokens', count),
    'ai.usage.reasoningTokens': to('reasoningTokens', count),
    'ai.usage.promptTokens': to('inputTokens', count),
    'ai.usage.completionTokens': to('outputTokens', count),
    'ai.usage.tokens': to('inputTokens', count),
  },
  prefixes: {
    'ai.telemetry.metadata.': { metadata: 'ai-sdk' },
    'ai.': 'kept',
  },
}
