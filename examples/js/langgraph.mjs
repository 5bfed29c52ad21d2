// LangGraph.js, instrumented by OpenInference for LangChain: session, user and prompt travel in the context.
import { setAttributes, setSession, setUser } from '@arizeai/openinference-core'
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import * as callbackManager from '@langchain/core/callbacks/manager'
import { SystemMessage } from '@langchain/core/messages'
import { tool } from '@langchain/core/tools'
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph'
import { ToolNode, toolsCondition } from '@langchain/langgraph/prebuilt'
import { ChatOpenAI } from '@langchain/openai'
import { context, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { conversations, modelUrl, outcomeAttributes, prompt, signalbox, tools } from './shop.mjs'

const telemetry = new NodeSDK({
  serviceName: 'shop-langgraph',
  traceExporter: new OTLPTraceExporter({
    url: `${signalbox.url}/v1/traces`,
    headers: { authorization: `Bearer ${signalbox.key}` },
  }),
})
telemetry.start()
// Else LangChain calls back from a queue, in whose context conversations that run at once get each other's session.
process.env.LANGCHAIN_CALLBACKS_BACKGROUND = 'false'
new LangChainInstrumentation().manuallyInstrument(callbackManager)

const shopTools = Object.entries(tools).map(([name, { description, input, run }]) =>
  tool(run, { name, description, schema: input }),
)
const model = new ChatOpenAI({ model: 'gpt-4o', apiKey: 'none', configuration: { baseURL: modelUrl } })
const modelWithTools = model.bindTools(shopTools)

const graph = new StateGraph(MessagesAnnotation)
  .addNode('agent', async ({ messages }) => ({
    messages: [await modelWithTools.invoke([new SystemMessage(prompt.text), ...messages])],
  }))
  .addNode('tools', new ToolNode(shopTools))
  .addEdge(START, 'agent')
  .addConditionalEdges('agent', toolsCondition, ['tools', END])
  .addEdge('tools', 'agent')
  .compile({ name: 'shop-support' })

const answer = ({ id, user, text }) =>
  trace.getTracer('shop').startActiveSpan('answer customer', async (span) => {
    const named = setAttributes(context.active(), {
      'signalbox.prompt.name': prompt.name,
      'signalbox.prompt.version': prompt.version,
    })
    const about = setUser(setSession(named, { sessionId: id }), { userId: user })
    const { messages } = await context.with(about, () => graph.invoke({ messages: [{ role: 'user', content: text }] }))
    const said = messages.at(-1).text
    span.setAttributes(outcomeAttributes(said)).end()
    return said
  })

for (const conversation of conversations) console.log(await answer(conversation))
await telemetry.shutdown()
