// What the clients have in common: where to send, whom to ask, and one conversation by hand with a provider's own SDK.
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { modelUrl, prompt, signalbox, tools } from '../shop.mjs'

export const session = () => `session-${crypto.randomUUID()}`

/** `ENCODING`: json or proto (default); `COMPRESSION`: gzip or none (default). */
export function exporter() {
  const Exporter = process.env.ENCODING === 'json' ? JsonExporter : ProtobufExporter
  return new Exporter({
    url: `${signalbox.url}/v1/traces`,
    headers: { authorization: `Bearer ${signalbox.key}` },
    compression: process.env.COMPRESSION ?? 'none',
  })
}

export function startTelemetry(serviceName, options = {}) {
  const telemetry = new NodeSDK({ serviceName, traceExporter: exporter(), ...options })
  telemetry.start()
  return telemetry
}

export const openAiOptions = { apiKey: 'none', baseURL: modelUrl }

export const QUESTION = 'Order A-101 came broken. I want a refund of 42.00 USD, please.'

const jsonSchemas = Object.entries(tools).map(([name, { description, input }]) => {
  const { $schema: _, ...parameters } = input.toJSONSchema()
  return { name, description, parameters }
})

/** The refund conversation over Chat Completions: three calls, the last one streamed unless told otherwise. */
export async function chatByHand(openai, { model = 'gpt-4o', stream = true } = {}) {
  const messages = [
    { role: 'system', content: prompt.text },
    { role: 'user', content: QUESTION },
  ]
  const offered = jsonSchemas.map((one) => ({ type: 'function', function: one }))
  for (let call = 0; call < 2; call++) {
    const answer = await openai.chat.completions.create({ model, messages, tools: offered })
    const { message } = answer.choices[0]
    messages.push(message)
    for (const { id, function: fn } of message.tool_calls ?? []) {
      const result = await tools[fn.name].run(JSON.parse(fn.arguments))
      messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(result) })
    }
  }
  const options = stream ? { stream, stream_options: { include_usage: true } } : {}
  const answer = await openai.chat.completions.create({ model, messages, tools: offered, ...options })
  if (stream) for await (const _ of answer) continue
}

/** An order's status over Responses, with a model that reasons: two calls. */
export async function responsesByHand(openai, model = 'gpt-5') {
  const offered = jsonSchemas.map((one) => ({ type: 'function', strict: true, ...one }))
  const first = await openai.responses.create({
    model,
    instructions: prompt.text,
    input: 'Where is my order A-100?',
    tools: offered,
  })
  const call = first.output.find(({ type }) => type === 'function_call')
  const output = JSON.stringify(await tools[call.name].run(JSON.parse(call.arguments)))
  await openai.responses.create({
    model,
    instructions: prompt.text,
    previous_response_id: first.id,
    input: [{ type: 'function_call_output', call_id: call.call_id, output }],
    tools: offered,
  })
}

/** The same over Messages, with a marked cache: two calls, the last one streamed. */
export async function messagesByHand(anthropic, model = 'claude-sonnet-4-5') {
  const request = {
    model,
    max_tokens: 500,
    system: [{ type: 'text', text: prompt.text, cache_control: { type: 'ephemeral' } }],
    tools: jsonSchemas.map(({ parameters, ...one }) => ({ ...one, input_schema: parameters })),
  }
  const messages = [{ role: 'user', content: 'Where is my order A-100?' }]
  const first = await anthropic.messages.create({ ...request, messages })
  const call = first.content.find(({ type }) => type === 'tool_use')
  const content = JSON.stringify(await tools[call.name].run(call.input))
  messages.push(
    { role: 'assistant', content: first.content },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content }] },
  )
  const stream = await anthropic.messages.create({ ...request, messages, stream: true })
  for await (const _ of stream) continue
}
