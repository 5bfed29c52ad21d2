// LangChain under OpenInference: a tool, a call and a stream. With `BOTH`, the OpenAI SDK below it is instrumented too,
// so that every call is told twice (but not streamed: of a stream that instrumentation tells no usage).
import { setSession } from '@arizeai/openinference-core'
import { LangChainInstrumentation } from '@arizeai/openinference-instrumentation-langchain'
import { OpenAIInstrumentation } from '@arizeai/openinference-instrumentation-openai'
import * as callbackManager from '@langchain/core/callbacks/manager'
import { RunnableLambda } from '@langchain/core/runnables'
import { tool } from '@langchain/core/tools'
import { ChatOpenAI } from '@langchain/openai'
import { context } from '@opentelemetry/api'
import OpenAI from 'openai'
import { prompt, tools } from '../shop.mjs'
import { openAiOptions, QUESTION, session, startTelemetry } from './common.mjs'

const telemetry = startTelemetry('client-openinference-langchain')
process.env.LANGCHAIN_CALLBACKS_BACKGROUND = 'false' // as in ../langgraph.mjs
new LangChainInstrumentation().manuallyInstrument(callbackManager)
if (process.env.BOTH) new OpenAIInstrumentation().manuallyInstrument(OpenAI)

const offered = Object.entries(tools).map(([name, { description, input, run }]) =>
  tool(run, { name, description, schema: input }),
)
const byName = Object.fromEntries(offered.map((one) => [one.name, one]))
const agent = (model, { stream }) =>
  RunnableLambda.from(async (question, config) => {
    const chat = new ChatOpenAI({ model, apiKey: 'none', configuration: openAiOptions }).bindTools(offered)
    const messages = [
      { role: 'system', content: prompt.text },
      { role: 'user', content: question },
    ]
    for (;;) {
      const message = stream ? await last(await chat.stream(messages, config)) : await chat.invoke(messages, config)
      messages.push(message)
      if (!message.tool_calls?.length) return message.text
      for (const call of message.tool_calls) messages.push(await byName[call.name].invoke(call, config))
    }
  })
const last = async (stream) => {
  let whole
  for await (const chunk of stream) whole = whole ? whole.concat(chunk) : chunk
  return whole
}
const inSession = (run) => context.with(setSession(context.active(), { sessionId: session() }), run)

await Promise.all([
  inSession(() => agent('gpt-4o', { stream: false }).invoke(QUESTION)),
  inSession(() => agent('gpt-4o-mini', { stream: !process.env.BOTH }).invoke(QUESTION)),
])
await telemetry.shutdown()
