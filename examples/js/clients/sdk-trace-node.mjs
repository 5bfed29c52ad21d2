// Plain OpenTelemetry with the names of the GenAI conventions, one request for each span.
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import { modelUrl, prompt, tools } from '../shop.mjs'
import { exporter, QUESTION, session } from './common.mjs'

const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter())] })
provider.register()
const tracer = trace.getTracer('client-sdk-trace-node')
const conversation = session()
const inSpan = (name, attributes, run) =>
  tracer.startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
    try {
      return await run(span)
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
      throw error
    } finally {
      span.end()
    }
  })

const chat = (messages) =>
  inSpan(
    'chat gpt-5',
    {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5',
      'gen_ai.conversation.id': conversation,
    },
    async (span) => {
      const offered = Object.keys(tools).map((name) => ({ type: 'function', function: { name } }))
      const response = await fetch(`${modelUrl}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'gpt-5', messages, tools: offered }),
      })
      const { id, model, choices, usage } = await response.json()
      span.setAttributes({
        'gen_ai.response.id': id,
        'gen_ai.response.model': model,
        'gen_ai.response.finish_reasons': [choices[0].finish_reason],
        'gen_ai.usage.input_tokens': usage.prompt_tokens,
        'gen_ai.usage.cache_read.input_tokens': usage.prompt_tokens_details.cached_tokens,
        'gen_ai.usage.output_tokens': usage.completion_tokens,
        'gen_ai.usage.reasoning.output_tokens': usage.completion_tokens_details.reasoning_tokens,
      })
      return choices[0].message
    },
  )

const useTool = ({ id, function: { name, arguments: args } }) =>
  inSpan(
    `execute_tool ${name}`,
    {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.id': id,
      'gen_ai.tool.call.arguments': args,
    },
    async (span) => {
      const result = JSON.stringify(await tools[name].run(JSON.parse(args)))
      span.setAttribute('gen_ai.tool.call.result', result)
      return { role: 'tool', tool_call_id: id, content: result }
    },
  )

await inSpan(
  'invoke_agent shop',
  { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'shop' },
  async () => {
    const messages = [
      { role: 'system', content: prompt.text },
      { role: 'user', content: QUESTION },
    ]
    for (;;) {
      const message = await chat(messages)
      messages.push(message)
      if (!message.tool_calls) break
      for (const call of message.tool_calls) messages.push(await useTool(call))
    }
  },
)
await provider.shutdown()
