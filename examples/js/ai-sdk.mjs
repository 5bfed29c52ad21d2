// Vercel AI SDK 6 with its own telemetry: one root span for each conversation holds session, user and outcome.
import { createOpenAI } from '@ai-sdk/openai'
import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { generateText, stepCountIs, tool } from 'ai'
import { conversations, modelUrl, outcomeAttributes, prompt, signalbox, tools } from './shop.mjs'

const telemetry = new NodeSDK({
  serviceName: 'shop-ai-sdk',
  traceExporter: new OTLPTraceExporter({
    url: `${signalbox.url}/v1/traces`,
    headers: { authorization: `Bearer ${signalbox.key}` },
  }),
})
telemetry.start()

const openai = createOpenAI({ baseURL: modelUrl, apiKey: 'none' })
const shopTools = Object.fromEntries(
  Object.entries(tools).map(([name, { description, input, run }]) => [
    name,
    tool({ description, inputSchema: input, execute: run }),
  ]),
)

const answer = ({ id, user, text }) =>
  trace.getTracer('shop').startActiveSpan('answer customer', async (span) => {
    const result = await generateText({
      model: openai('gpt-4o'),
      system: prompt.text,
      prompt: text,
      tools: shopTools,
      stopWhen: stepCountIs(5),
      experimental_telemetry: {
        isEnabled: true,
        functionId: 'shop-support',
        metadata: { sessionId: id, userId: user, promptName: prompt.name, promptVersion: prompt.version },
      },
    })
    span.setAttributes(outcomeAttributes(result.text)).end()
    return result.text
  })

for (const conversation of conversations) console.log(await answer(conversation))
await telemetry.shutdown()
