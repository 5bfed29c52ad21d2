import { to, type Dialect, type SpanKind } from '@/lib/ingest/dialects/fields'
import { boolean, count, oneOf, text, usd } from '@/lib/ingest/dialects/readers'

const KINDS: Record<SpanKind, SpanKind> = {
  llm: 'llm',
  embedding: 'embedding',
  tool: 'tool',
  retrieval: 'retrieval',
  agent: 'agent',
  workflow: 'workflow',
  plan: 'plan',
  guardrail: 'guardrail',
  evaluation: 'evaluation',
  other: 'other',
}

/** Our own attributes (wire.md 2.7). They win wherever they are. */
export const SIGNALBOX: Dialect = {
  name: 'signalbox',
  title: 'Signalbox',
  attributes: {
    'signalbox.span.kind': to('kind', oneOf(KINDS)),
    'signalbox.interaction.id': to('interactionId', text),
    'signalbox.user.id': to('userId', text),
    'signalbox.workflow': to('workflow', text),
    'signalbox.segment': to('segment', text),
    'signalbox.agent': to('agent', text),
    'signalbox.release': to('release', text),
    'signalbox.prompt.name': to('promptName', text),
    'signalbox.prompt.version': to('promptVersion', text),
    'signalbox.usage.input': to('inputTokens', count),
    'signalbox.usage.output': to('outputTokens', count),
    'signalbox.usage.cache_read': to('cacheReadTokens', count),
    'signalbox.usage.cache_write': to('cacheWriteTokens', count),
    'signalbox.usage.cache_write_1h': to('cacheWrite1hTokens', count),
    'signalbox.usage.reasoning': to('reasoningTokens', count),
    'signalbox.usage.audio_input': to('audioInputTokens', count),
    'signalbox.usage.audio_output': to('audioOutputTokens', count),
    'signalbox.cost.usd': to('costReported', usd),
    'signalbox.outcome.result': to('outcome', text),
    'signalbox.outcome': to('outcome', text),
    'signalbox.outcome.escalated': to('escalated', boolean),
    'signalbox.outcome.severity': to('severity', text),
    'signalbox.outcome.reason': to('reason', text),
    'signalbox.action.id': to('actionId', text),
    'signalbox.action.hash': 'kept',
    'signalbox.decision': 'kept',
    'signalbox.approval.id': 'kept',
    'signalbox.grant.id': 'kept',
  },
  prefixes: {},
}
