// Langfuse: its span processor, its wrapper of the OpenAI SDK, and an observation made by hand with its own usage keys.
import { observeOpenAI } from '@langfuse/openai'
import { LangfuseSpanProcessor } from '@langfuse/otel'
import { propagateAttributes, startActiveObservation } from '@langfuse/tracing'
import OpenAI from 'openai'
import { signalbox } from '../shop.mjs'
import { chatByHand, openAiOptions, responsesByHand, session, startTelemetry } from './common.mjs'

const processor = new LangfuseSpanProcessor({
  publicKey: 'anything',
  secretKey: signalbox.key,
  baseUrl: signalbox.url,
  exportMode: process.env.EXPORT_MODE ?? 'batched',
})
const telemetry = startTelemetry('client-langfuse', { traceExporter: undefined, spanProcessors: [processor] })
const openai = new OpenAI(openAiOptions)
const inSession = (run) =>
  propagateAttributes({ sessionId: session(), userId: 'customer-2', traceName: 'refund' }, () =>
    startActiveObservation('answer customer', run, { asType: 'agent' }),
  )

await inSession(() => chatByHand(observeOpenAI(openai)))
await inSession(() => responsesByHand(observeOpenAI(openai)))
await inSession(() =>
  startActiveObservation(
    'by hand',
    async (generation) => {
      const messages = [{ role: 'user', content: 'Hello' }]
      const { usage, model } = await openai.chat.completions.create({ model: 'gpt-5', messages })
      const cached = usage.prompt_tokens_details.cached_tokens
      const reasoning = usage.completion_tokens_details.reasoning_tokens
      generation.update({
        model,
        usageDetails: {
          input: usage.prompt_tokens - cached,
          input_cached_tokens: cached,
          output: usage.completion_tokens - reasoning,
          output_reasoning_tokens: reasoning,
        },
      })
    },
    { asType: 'generation' },
  ),
)
await telemetry.shutdown()
