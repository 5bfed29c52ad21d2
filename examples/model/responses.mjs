// POST /v1/responses: https://platform.openai.com/docs/api-reference/responses
import { conversation, json, textOf } from './conversation.mjs'
import { newId, seconds } from './ids.mjs'

/** Clients may name what they sent or got before (`previous_response_id`, `item_reference`) instead of sending it. */
const REMEMBERED = 1000
const items = new Map()
const responses = new Map()

export function readResponses(body) {
  const input = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : (body.input ?? [])
  const all = [
    ...(responses.get(body.previous_response_id) ?? []),
    ...input.map((item) => (item.type === 'item_reference' ? items.get(item.id) : item)).filter(Boolean),
  ]
  const turns = all.flatMap(toTurn)
  if (body.instructions) turns.unshift({ role: 'system', text: textOf(body.instructions) })
  const tools = (body.tools ?? []).filter(({ type }) => type === 'function')
  return { ...conversation(turns, tools), items: all }
}

function toTurn(item) {
  if (item.type === 'function_call')
    return [{ role: 'assistant', text: '', calls: [{ id: item.call_id, name: item.name, args: json(item.arguments) }] }]
  if (item.type === 'function_call_output') return [{ role: 'tool', text: textOf(item.output), callId: item.call_id }]
  if (item.type === 'reasoning') return []
  return [{ role: item.role === 'developer' ? 'system' : (item.role ?? 'user'), text: textOf(item.content) }]
}

export function writeResponses({ model, reply, usage, body, asked }) {
  const output = [reply.call ? functionCall(reply.call) : message(reply.text)]
  if (model.reasons) output.unshift({ id: newId('rs_'), type: 'reasoning', summary: [] })
  const answer = {
    id: newId('resp_'),
    object: 'response',
    created_at: seconds(),
    status: 'completed',
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: null,
    model: model.as,
    output,
    parallel_tool_calls: true,
    previous_response_id: body.previous_response_id ?? null,
    reasoning: { effort: null, summary: null },
    store: true,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: body.tools ?? [],
    top_p: 1,
    truncation: 'disabled',
    usage: responsesUsage(usage),
    user: null,
    metadata: {},
  }
  for (const item of output) remember(items, item.id, item)
  remember(responses, answer.id, [...asked.items, ...output])
  return answer
}

export function streamResponses(answer) {
  const events = []
  const event = (type, fields) => events.push({ type, sequence_number: events.length, ...fields })
  const unfinished = { ...answer, status: 'in_progress', output: [], usage: null }
  event('response.created', { response: unfinished })
  event('response.in_progress', { response: unfinished })
  for (const [output_index, item] of answer.output.entries()) {
    const at = { output_index, item_id: item.id }
    const empty = { ...item, status: 'in_progress' }
    if (item.type === 'function_call') empty.arguments = ''
    if (item.type === 'message') empty.content = []
    event('response.output_item.added', { output_index, item: empty })
    if (item.type === 'function_call') {
      event('response.function_call_arguments.delta', { ...at, delta: item.arguments })
      event('response.function_call_arguments.done', { ...at, name: item.name, arguments: item.arguments })
    }
    for (const [content_index, part] of (item.content ?? []).entries()) {
      const inPart = { ...at, content_index }
      event('response.content_part.added', { ...inPart, part: { ...part, text: '' } })
      for (const delta of part.text.split(/(?<= )/))
        event('response.output_text.delta', { ...inPart, delta, logprobs: [] })
      event('response.output_text.done', { ...inPart, text: part.text, logprobs: [] })
      event('response.content_part.done', { ...inPart, part })
    }
    event('response.output_item.done', { output_index, item })
  }
  event('response.completed', { response: answer })
  return events.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`)
}

const message = (text) => ({
  id: newId('msg_'),
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
})

const functionCall = ({ name, args }) => ({
  id: newId('fc_'),
  type: 'function_call',
  status: 'completed',
  call_id: newId('call_'),
  name,
  arguments: JSON.stringify(args),
})

const responsesUsage = ({ inputTokens, cacheReadTokens, outputTokens, reasoningTokens }) => ({
  input_tokens: inputTokens,
  input_tokens_details: { cached_tokens: cacheReadTokens },
  output_tokens: outputTokens,
  output_tokens_details: { reasoning_tokens: reasoningTokens },
  total_tokens: inputTokens + outputTokens,
})

function remember(map, id, value) {
  map.set(id, value)
  if (map.size > REMEMBERED) map.delete(map.keys().next().value)
}
