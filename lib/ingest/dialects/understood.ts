import { METADATA_SOURCES, type Field } from '@/lib/ingest/dialects/fields'
import { DIALECTS } from '@/lib/ingest/dialects/known'
import { ORDER } from '@/lib/ingest/dialects/order'

/** The section "What is understood" of docs/sending-telemetry.md, out of the tables that do it. */
export const understoodSection = (): string => `## What is understood

Attributes are understood by their names, whatever sent them. Each field is read on its own, so one span may mix
conventions; where several tell the same, the first below that is there wins (a semicolon parts what is read apart). Empty
text, \`null\` and empty JSON count as absent. What is in no list is kept and searchable, and the page Connect names it.

${DIALECTS.map(({ title, attributes, prefixes }) => `- ${title}: ${headsOf([...Object.keys(attributes), ...Object.keys(prefixes)])}`).join('\n')}

### Fields and their attributes

${Object.entries(TITLES)
  .map(([title, fields]) => `- **${title}**: ${fields.map((field) => attributesOf(ORDER[field])).join('; ')}`)
  .join('\n')}

"metadata" is ${METADATA_PLACES}, in this order; camel and snake case are equal.

### What follows from them

- **kind** is \`other\` where no attribute tells one, unless it names a tool (\`tool\`), a model and its usage (\`llm\`) or an
  agent (\`agent\`).
- **status** is an error with status code 2, an event \`exception\`, \`error.type\`, level \`ERROR\` of Langfuse or an HTTP
  status from 400. A tool that answered "no" is not an error.
- **agent** is the key's. A key for the whole team takes \`signalbox.agent\`, then \`service.name\`, then the agent that the
  root span names. Any other agent that a span names is a sub-agent.
- **usage** is stored inclusive: the input contains what was read from and written to caches, the output contains reasoning.
  Langfuse's additive details, raw usage of Anthropic and Gemini, and the AI SDK 4 and 5 with Anthropic are added up on
  arrival. In doubt the numbers decide: more cached than input, then a total, then a reported cost. Such spans carry the
  flag \`usage_added_up\`; counts that cannot be are unknown, flag \`usage_invalid\`.
- **outcome** is \`resolved\`, \`unresolved\` or \`abandoned\`; in attributes also \`escalated\` (unresolved and escalated) and
  \`failed\` (unresolved). It counts from the end of its span.
- **scores** are events and log records \`gen_ai.evaluation.result\`, and the annotations and evaluations of OpenInference.
- **content** is stored once: the input and the output that win are, other spellings of them are not. Users are kept in
  their field only.
- **resources** tell what is listed above; their other attributes are kept as \`resource.…\`, except those of the machine
  (\`process.\`, \`host.\`, \`os.\`, \`container.\`, \`k8s.\`, \`cloud.\`, \`telemetry.\`).
- **bounds**: ids and names 256 characters (a cut one ends with a hash of the whole), 256 attributes of 16 kB and 64 levels,
  input and output as the team allows (4 MiB unless changed). What was cut or replaced is said in the span's flags.
`

const METADATA_PLACES = METADATA_SOURCES.map(
  (source) =>
    ({
      'ai-sdk': '`ai.telemetry.metadata.*`',
      traceloop: '`traceloop.association.properties.*`',
      langfuse: '`langfuse.trace.metadata.*`',
      langsmith: '`langsmith.metadata.*`',
      json: 'the JSON in `metadata`',
    })[source],
).join(', ')

/** In the order of a reader's questions. */
const TITLES: Readonly<Record<string, readonly Field[]>> = {
  kind: ['kind'],
  interaction: ['interactionId'],
  user: ['userId'],
  agent: ['agent', 'serviceName', 'agentName'],
  release: ['release'],
  workflow: ['workflow'],
  segment: ['segment', 'tags'],
  environment: ['environment'],
  outcome: ['outcome', 'escalated', 'severity', 'reason'],
  'model that answered': ['model'],
  'model asked for': ['requestModel'],
  provider: ['provider'],
  'response id': ['responseId'],
  'finish reason': ['finishReason'],
  'first token': ['firstTokenMs', 'firstTokenAt'],
  prompt: ['promptName'],
  'prompt version': ['promptVersion'],
  tool: ['toolName'],
  'tool call': ['toolCallId'],
  action: ['actionId'],
  input: ['input'],
  output: ['output'],
  'input tokens': ['inputTokens'],
  'output tokens': ['outputTokens'],
  'cache read': ['cacheReadTokens'],
  'cache write': ['cacheWriteTokens', 'cacheWrite1hTokens'],
  reasoning: ['reasoningTokens'],
  audio: ['audioInputTokens', 'audioOutputTokens'],
  'total, for doubts': ['totalTokens'],
  'reported cost': ['costReported'],
  'error and message': ['errorType', 'level', 'statusMessage', 'httpStatus'],
  'service instance': ['serviceInstance', 'hostName', 'processId'],
}

const attributesOf = (order: readonly string[]): string =>
  [...new Set(order.map(shown).filter((name) => name !== ''))].join(', ')

const METADATA_WORDS: Readonly<Record<string, string>> = {
  sessionid: 'sessionId',
  conversationid: 'conversationId',
  threadid: 'threadId',
  userid: 'userId',
  promptname: 'promptName',
  promptversion: 'promptVersion',
}

const shown = (name: string): string => {
  if (name === '@events') return 'events `gen_ai.*.message` and `gen_ai.choice`'
  if (name.startsWith('@')) return `\`${name.slice(1)}<i>.…\``
  const [word = ''] = name.startsWith('metadata:') ? name.split(':').slice(-1) : []
  if (word !== '') return `metadata \`${METADATA_WORDS[word] ?? word}\``
  return `\`${name.split('#')[0] ?? name}\``
}

/** First words of names: `gen_ai.*`, and whole names without a dot. */
const headsOf = (names: readonly string[]): string =>
  [...new Set(names.map((name) => (name.includes('.') ? `${name.slice(0, name.indexOf('.'))}.*` : name)))]
    .sort()
    .map((head) => `\`${head}\``)
    .join(', ')
