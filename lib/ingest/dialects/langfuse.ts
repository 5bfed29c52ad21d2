import { to, type Dialect, type SpanKind } from '@/lib/ingest/dialects/fields'
import {
  attoUsd,
  content,
  count,
  isAbsent,
  jsonText,
  nanoOf,
  objectOf,
  oneOf,
  text,
  BAD,
  type Reader,
} from '@/lib/ingest/dialects/readers'
import { usageObject } from '@/lib/ingest/dialects/usage-shapes'

/** `span` and `event` say nothing: the next rule decides. */
const TYPES: Record<string, SpanKind> = {
  generation: 'llm',
  embedding: 'embedding',
  agent: 'agent',
  tool: 'tool',
  chain: 'workflow',
  retriever: 'retrieval',
  guardrail: 'guardrail',
  evaluator: 'evaluation',
}

/** `total`, else the sum of all keys; rounded once. */
const costDetails: Reader<bigint> = (value) => {
  if (isAbsent(value)) return undefined
  const details = objectOf(value)
  if (!details) return BAD
  const parts = 'total' in details ? [details['total'] ?? null] : Object.values(details)
  let sum: bigint | undefined
  for (const part of parts) {
    const atto = attoUsd(part)
    if (atto === BAD) return BAD
    if (atto !== undefined) sum = (sum ?? 0n) + atto
  }
  return sum === undefined ? undefined : nanoOf(sum)
}

const DETAILS = 'langfuse.observation.usage_details'

/** Langfuse's SDKs, versions 3 and later, which send OpenTelemetry (wire.md 2.5). */
export const LANGFUSE: Dialect = {
  name: 'langfuse',
  title: 'Langfuse',
  attributes: {
    'langfuse.observation.type': to('kind', oneOf(TYPES)),
    'langfuse.observation.input': to('input', content),
    'langfuse.observation.output': to('output', content),
    'langfuse.observation.level': to('level', text),
    'langfuse.observation.status_message': to('statusMessage', text),
    'langfuse.observation.completion_start_time': to('firstTokenAt', jsonText),
    'langfuse.observation.model.name': to('model', text),
    'langfuse.observation.model.parameters': 'kept',
    [DETAILS]: { open: usageObject },
    [`${DETAILS}#input`]: to('inputTokens', count),
    [`${DETAILS}#inputBeside`]: to('inputTokens', count),
    [`${DETAILS}#inputExtras`]: to('inputExtras', count),
    [`${DETAILS}#output`]: to('outputTokens', count),
    [`${DETAILS}#outputBeside`]: to('outputTokens', count),
    [`${DETAILS}#outputExtras`]: to('outputExtras', count),
    [`${DETAILS}#total`]: to('totalTokens', count),
    [`${DETAILS}#cacheRead`]: to('cacheReadTokens', count),
    [`${DETAILS}#cacheWrite`]: to('cacheWriteTokens', count),
    [`${DETAILS}#cacheWrite1h`]: to('cacheWrite1hTokens', count),
    [`${DETAILS}#reasoning`]: to('reasoningTokens', count),
    [`${DETAILS}#audioInput`]: to('audioInputTokens', count),
    [`${DETAILS}#audioOutput`]: to('audioOutputTokens', count),
    'langfuse.observation.cost_details': to('costReported', costDetails),
    'langfuse.observation.prompt.name': to('promptName', jsonText),
    'langfuse.observation.prompt.version': to('promptVersion', jsonText),
    'langfuse.trace.name': to('workflow', text),
    'langfuse.trace.tags': to('tags', content),
    'langfuse.trace.metadata': { metadata: 'langfuse' },
    'langfuse.environment': to('environment', text),
    'langfuse.release': to('release', text),
    'langfuse.user.id': to('userId', text),
    'langfuse.session.id': to('interactionId', text),
  },
  prefixes: {
    'langfuse.trace.metadata.': { metadata: 'langfuse' },
    'langfuse.': 'kept',
  },
}
