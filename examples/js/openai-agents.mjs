// OpenAI Agents SDK with its own tracing, sent to Signalbox instead of OpenAI. Its traces have no place for the outcome,
// and none for the agent's name at their root (needed unless the key belongs to an agent): those are events.
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
// Chat Completions, because traces of the default API name no model, and without it there is no price.
const modelProvider = new OpenAIProvider({ apiKey: 'none', baseURL: modelUrl, useResponses: false })

const answer = async ({ id, user, text }) => {
  const runner = new Runner({
    modelProvider,
    workflowName: 'shop-support',
    groupId: id,
    traceMetadata: { userId: user, promptName: prompt.name, promptVersion: prompt.version },
  })
  const { finalOutput } = await runner.run(agent, text)
  console.log(finalOutput)
  return [
    { type: 'interaction', id, agent: agent.name },
    { type: 'outcome', interactionId: id, ...outcomeOf(finalOutput) },
  ]
}

const events = []
for (const conversation of conversations) events.push(...(await answer(conversation)))
await getGlobalTraceProvider().forceFlush()

const response = await fetch(`${signalbox.url}/api/v1/events`, {
  method: 'POST',
  headers: { authorization: `Bearer ${signalbox.key}`, 'content-type': 'application/json' },
  body: JSON.stringify({ events }),
})
if (!response.ok) throw new Error(`Signalbox answered ${response.status}: ${await response.text()}`)
