import { terminal, type Block, type Reader } from './snippet-parts'
import { NODE } from './snippets-node'
import { PYTHON } from './snippets-python'

/**
 * What to install and to write for each framework, as the examples of this repository do it: the same packages in the
 * same versions (snippets.test.ts compares). The key stands in the environment, never in code and never in an address.
 */

export type Framework = {
  id: string
  name: string
  language: 'Python' | 'Node' | null
  /** What sends the spans, in a sentence. */
  note: string
}
type Entry = Framework & { blocks: (reader: Reader) => readonly [Block, ...Block[]] }

const ANYTHING: readonly Entry[] = [
  {
    id: 'otlp',
    name: 'Anything with OTLP',
    language: null,
    note: 'Every OpenTelemetry SDK and collector sends over HTTP with these settings. gRPC is not served.',
    blocks: (reader) => [
      terminal(
        [
          `export OTEL_EXPORTER_OTLP_ENDPOINT=${reader.origin}`,
          `export OTEL_EXPORTER_OTLP_HEADERS="x-api-key=${reader.key}"`,
          'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
          'export OTEL_SERVICE_NAME=my-agent OTEL_RESOURCE_ATTRIBUTES=service.version=1.0',
        ],
        'Environment',
      ),
      {
        title: 'Or in a collector, with the key as SIGNALBOX_KEY in its environment',
        what: 'The collector exporter',
        code: `exporters:
  otlphttp/signalbox:
    endpoint: ${reader.origin}
    headers:
      authorization: Bearer \${env:SIGNALBOX_KEY}`,
      },
    ],
  },
  {
    id: 'curl',
    name: 'curl',
    language: null,
    note: 'One model call with its session, its user and how it ended. Sent twice, it counts once.',
    blocks: (reader) => [{ title: 'Terminal', what: 'The request', code: curl(reader) }],
  },
]

const ENTRIES: readonly Entry[] = [...PYTHON, ...NODE, ...ANYTHING]

export const FRAMEWORKS: readonly Framework[] = ENTRIES

/** The framework that the URL names, or the first one. */
export const frameworkOf = (id: string | null | undefined): Framework =>
  FRAMEWORKS.find((one) => one.id === id) ?? FRAMEWORKS[0] ?? ANYTHING_AT_ALL

/** What to paste, in order. `key` is the whole key where it is known, else its public part with an ellipsis. */
export const snippetsOf = (id: string, reader: Reader): readonly Block[] =>
  (ENTRIES.find((one) => one.id === id) ?? ANYTHING[0])?.blocks(reader) ?? []

const ANYTHING_AT_ALL: Framework = { id: 'otlp', name: 'Anything with OTLP', language: null, note: '' }

/** Ids of the moment the page was made: the same command again is the same span. */
const curl = ({ origin, key, now }: Reader): string => {
  const ms = now.getTime()
  const hex = ms.toString(16).padStart(16, '0')
  const attribute = (name: string, value: object) => `        {"key":"${name}", "value":${JSON.stringify(value)}}`
  const text = (name: string, stringValue: string) => attribute(name, { stringValue })
  const count = (name: string, intValue: number) => attribute(name, { intValue: String(intValue) })
  return `export SIGNALBOX_KEY=${key}
curl ${origin}/v1/traces \\
  -H "Authorization: Bearer $SIGNALBOX_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{"resourceSpans":[{
    "resource":{"attributes":[
      {"key":"service.name", "value":{"stringValue":"my-agent"}},
      {"key":"service.version", "value":{"stringValue":"1.0"}}]},
    "scopeSpans":[{"scope":{"name":"by-hand", "version":"1"}, "spans":[{
      "traceId":"${hex}${hex}", "spanId":"${hex}",
      "name":"chat gpt-4o-mini",
      "startTimeUnixNano":"${ms - 3_000}000000", "endTimeUnixNano":"${ms - 1_600}000000",
      "attributes":[
${[
  text('gen_ai.operation.name', 'chat'),
  text('gen_ai.provider.name', 'openai'),
  text('gen_ai.request.model', 'gpt-4o-mini'),
  count('gen_ai.usage.input_tokens', 812),
  count('gen_ai.usage.output_tokens', 96),
  text('session.id', 'conversation-1'),
  text('user.id', 'customer-7'),
  text('signalbox.outcome.result', 'resolved'),
].join(',\n')}
      ]}]}]}]}'`
}
