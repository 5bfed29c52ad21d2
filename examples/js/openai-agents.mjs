// OpenAI Agents SDK with its own tracing, sent to Signalbox instead of OpenAI. Its traces have no place for an outcome,
// so that is an event.
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
import { conversations, modelUrl, outcomeOf, prompt, signalbox, tools } from './shop.mjs'

setTraceProcessors([
  new BatchTraceProcessor(
    new OpenAITracingExporter({ endpoint: `${signalbox.url}/v1/traces/ingest`, apiKey: signalbox.key }),
  ),
])

const agent = new Agent({
  name: 'shop-openai-agents',
  model: 'gpt-4o',
  instructions: prompt.text,
  tools: Object.entries(tools).map(([name, { description, input, run }]) =>
    tool({ name, description, parameters: input, execute: run }),
  ),
})
const modelProvider = new OpenAIProvider({ apiKey: 'none', baseURL: modelUrl, useResponses: false })

const answer = async ({ id, user, text }) => {
  const runner = new Runner({
    modelProvider,
    workflowName: 'shop-support',
    groupId: id,
    traceMetadata: { userId: user, promptName: prompt.name, promptVersion: prompt.version },
  })
  const { finalOutput } = await runner.run(agent, text)
  return { type: 'outcome', interactionId: id, ...outcomeOf(finalOutput), reason: finalOutput }
}

const outcomes = []
for (const conversation of conversations) outcomes.push(await answer(conversation))
for (const { reason } of outcomes) console.log(reason)
await getGlobalTraceProvider().forceFlush()

const response = await fetch(`${signalbox.url}/api/v1/events`, {
  method: 'POST',
  headers: { authorization: `Bearer ${signalbox.key}`, 'content-type': 'application/json' },
  body: JSON.stringify({ events: outcomes }),
})
if (!response.ok) throw new Error(`Signalbox answered ${response.status}: ${await response.text()}`)
