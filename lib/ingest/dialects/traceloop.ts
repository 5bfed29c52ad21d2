import { to, type Dialect, type SpanKind } from '@/lib/ingest/dialects/fields'
import { content, count, oneOf, text } from '@/lib/ingest/dialects/readers'

const KINDS: Record<string, SpanKind> = {
  workflow: 'workflow',
  task: 'workflow',
  session: 'workflow',
  agent: 'agent',
  tool: 'tool',
}
const REQUESTS: Record<string, SpanKind> = {
  chat: 'llm',
  completion: 'llm',
  embedding: 'embedding',
  rerank: 'retrieval',
}

/** Traceloop's OpenLLMetry (wire.md 2.6), beside OpenTelemetry's GenAI conventions. */
export const TRACELOOP: Dialect = {
  name: 'traceloop',
  title: 'Traceloop OpenLLMetry',
  attributes: {
    'traceloop.span.kind': to('kind', oneOf(KINDS)),
    'traceloop.workflow.name': to('workflow', text),
    'traceloop.entity.name': to('toolName', text),
    'traceloop.entity.input': to('input', content),
    'traceloop.entity.output': to('output', content),
    'traceloop.prompt.key': to('promptName', text),
    'traceloop.prompt.version': to('promptVersion', text),
    'traceloop.association.properties': { metadata: 'traceloop' },
    'llm.request.type': to('kind', oneOf(REQUESTS)),
    'llm.usage.total_tokens': to('totalTokens', count),
  },
  prefixes: {
    'traceloop.association.properties.': { metadata: 'traceloop' },
    'traceloop.': 'kept',
    'llm.request.': 'kept',
    'llm.usage.': 'kept',
  },
}
