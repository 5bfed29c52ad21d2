// The OpenAI Agents SDK's own tracing, over Chat Completions, streamed and not. `RESPONSES=1` uses its default API,
// whose spans name a response id and no model.
import {
  Agent,
  BatchTraceProcessor,
  getGlobalTraceProvider,
  OpenAIProvider,
  OpenAITracingExporter,
  Runner,
  setTraceProcessors,
  tool,
} from '@openai/agents'
import { prompt, signalbox, tools } from '../shop.mjs'
import { openAiOptions, QUESTION, session } from './common.mjs'

setTraceProcessors([
  new BatchTraceProcessor(
    new OpenAITracingExporter({ endpoint: `${signalbox.url}/v1/traces/ingest`, apiKey: signalbox.key }),
  ),
])
const modelProvider = new OpenAIProvider({ ...openAiOptions, useResponses: process.env.RESPONSES === '1' })
const agent = new Agent({
  name: 'client-openai-agents',
  model: 'gpt-4o',
  instructions: prompt.text,
  tools: Object.entries(tools).map(([name, { description, input, run }]) =>
    tool({ name, description, parameters: input, execute: run }),
  ),
})
const runner = () => new Runner({ modelProvider, workflowName: 'shop-support', groupId: session() })

await runner().run(agent, QUESTION)
const streamed = await runner().run(agent, QUESTION, { stream: true })
await streamed.completed
await getGlobalTraceProvider().forceFlush()
