// ai 6 with sdk-node's exporters: steps with tools, a stream, embeddings, Anthropic with its cache, a reasoning model.
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { embedMany, generateText, stepCountIs, streamText, tool } from 'ai'
import { modelUrl, prompt, tools } from '../shop.mjs'
import { QUESTION, session, startTelemetry } from './common.mjs'

const telemetry = startTelemetry('client-ai-sdk')
const openai = createOpenAI({ baseURL: modelUrl, apiKey: 'none' })
const anthropic = createAnthropic({ baseURL: modelUrl, apiKey: 'none' })
const offered = Object.fromEntries(
  Object.entries(tools).map(([name, { description, input, run }]) => [
    name,
    tool({ description, inputSchema: input, execute: run }),
  ]),
)
const observed = () => ({ isEnabled: true, metadata: { sessionId: session(), userId: 'customer-2' } })
const asked = (model) => ({
  model,
  tools: offered,
  stopWhen: stepCountIs(5),
  experimental_telemetry: observed(),
  prompt: QUESTION,
})

await generateText({ ...asked(openai('gpt-5')), system: prompt.text })
await generateText({ ...asked(openai.chat('gpt-4o-mini')), system: prompt.text })
await streamText({ ...asked(openai.chat('gpt-4o')), system: prompt.text }).consumeStream()
await streamText({ ...asked(openai('gpt-4.1-mini')), system: prompt.text }).consumeStream()
const cached = { anthropic: { cacheControl: { type: 'ephemeral' } } }
await generateText({
  ...asked(anthropic('claude-sonnet-4-5')),
  system: { role: 'system', content: prompt.text, providerOptions: cached },
})
await embedMany({
  model: openai.embedding('text-embedding-3-small'),
  values: ['desk lamp', 'tea cups'],
  experimental_telemetry: observed(),
})
await telemetry.shutdown()
