import type { TraceRequest } from '@/lib/ingest/testing/otlp-bodies'

const hex = (n: number, length: number): string => n.toString(16).padStart(length, '0')
const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
const count = (key: string, value: number) => ({ key, value: { intValue: String(value) } })
const MESSAGES = JSON.stringify([
  { role: 'user', parts: [{ type: 'text', content: 'where is my order? '.repeat(50) }] },
])

/** Ten traces of ten spans each, as an agent with a framework's and a model's spans sends them: about 20 attributes. */
export const usualBatch = (n: number, { traces = 10, spans = 10 } = {}): TraceRequest => ({
  resourceSpans: [
    {
      resource: {
        attributes: [
          text('service.name', 'support'),
          text('service.version', 'r7'),
          text('deployment.environment.name', 'production'),
        ],
      },
      scopeSpans: [
        {
          scope: { name: '@opentelemetry/instrumentation-openai', version: '0.21.0' },
          spans: Array.from({ length: traces * spans }, (_, i) => {
            const at = BigInt(Date.UTC(2026, 2, 1, 10)) * 1_000_000n + BigInt(i) * 2_000_000n
            const isRoot = i % spans === 0
            return {
              traceId: hex(n * 1_000_000 + Math.floor(i / spans) + 1, 32),
              spanId: hex(n * 1_000_000 + i + 1, 16),
              ...(isRoot ? {} : { parentSpanId: hex(n * 1_000_000 + i - (i % spans) + 1, 16) }),
              name: isRoot ? 'invoke_agent support' : 'chat gpt-4o',
              kind: 3,
              startTimeUnixNano: String(at),
              endTimeUnixNano: String(at + 1_500_000n),
              attributes: [
                text('gen_ai.operation.name', isRoot ? 'invoke_agent' : 'chat'),
                text('gen_ai.provider.name', 'openai'),
                text('gen_ai.conversation.id', `case-${n}-${Math.floor(i / spans)}`),
                text('gen_ai.request.model', 'gpt-4o'),
                text('gen_ai.response.model', 'gpt-4o-2024-08-06'),
                text('gen_ai.response.id', `chatcmpl-${n}-${i}`),
                count('gen_ai.usage.input_tokens', 3_050),
                count('gen_ai.usage.output_tokens', 24),
                count('gen_ai.usage.cache_read.input_tokens', 2_816),
                count('gen_ai.request.max_tokens', 400),
                { key: 'gen_ai.request.temperature', value: { doubleValue: 0.2 } },
                text('gen_ai.input.messages', MESSAGES),
                text(
                  'gen_ai.output.messages',
                  '[{"role":"assistant","parts":[{"type":"text","content":"It left on Monday."}]}]',
                ),
                { key: 'gen_ai.response.finish_reasons', value: { arrayValue: { values: [{ stringValue: 'stop' }] } } },
                text('user.id', `u-${i % 7}`),
                text('server.address', 'api.openai.com'),
                count('server.port', 443),
                text('thread.name', 'MainThread'),
                text('app.tenant', 'acme'),
                text('app.feature', 'order-status'),
              ],
              status: { code: 0 },
            }
          }),
        },
      ],
    },
  ],
})
