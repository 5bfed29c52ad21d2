// POST /v1/messages: https://docs.anthropic.com/en/api/messages
import { conversation, json, textOf } from './conversation.mjs'
import { newId } from './ids.mjs'

export function readMessages(body) {
  const turns = (body.messages ?? []).flatMap(({ role, content }) => {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : content
    const results = blocks
      .filter(({ type }) => type === 'tool_result')
      .map((block) => ({ role: 'tool', text: textOf(block.content), callId: block.tool_use_id }))
    const text = textOf(blocks.filter(({ type }) => type === 'text'))
    const calls = blocks
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => ({ id, name, args: json(input) }))
    return text || calls.length > 0 ? [...results, { role, text, calls }] : results
  })
  if (body.system) turns.unshift({ role: 'system', text: textOf(body.system) })
  return conversation(turns, body.tools)
}

/** Anthropic caches only where the request marks what to cache. */
export const marksCache = (body) => JSON.stringify(body).includes('"cache_control"')

export function writeMessages({ model, reply, usage }) {
  return {
    id: newId('msg_'),
    type: 'message',
    role: 'assistant',
    model: model.as,
    content: [
      reply.call
        ? { type: 'tool_use', id: newId('toolu_'), name: reply.call.name, input: reply.call.args }
        : { type: 'text', text: reply.text },
    ],
    stop_reason: reply.call ? 'tool_use' : 'end_turn',
    stop_sequence: null,
    usage: messagesUsage(usage),
  }
}

export function streamMessages(answer) {
  const { usage, stop_reason, stop_sequence } = answer
  const start = { ...answer, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } }
  const events = [{ type: 'message_start', message: start }]
  for (const [index, block] of answer.content.entries()) {
    const empty = block.type === 'text' ? { ...block, text: '' } : { ...block, input: {} }
    const deltas =
      block.type === 'text'
        ? block.text.split(/(?<= )/).map((text) => ({ type: 'text_delta', text }))
        : [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }]
    events.push(
      { type: 'content_block_start', index, content_block: empty },
      ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
      { type: 'content_block_stop', index },
    )
  }
  events.push(
    { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage: { output_tokens: usage.output_tokens } },
    { type: 'message_stop' },
  )
  return events.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`)
}

/** Anthropic's counts exclude each other: what was read from or written to the cache is not in `input_tokens`. */
const messagesUsage = ({ inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens }) => ({
  input_tokens: inputTokens - cacheReadTokens - cacheWriteTokens,
  cache_creation_input_tokens: cacheWriteTokens,
  cache_read_input_tokens: cacheReadTokens,
  cache_creation: { ephemeral_5m_input_tokens: cacheWriteTokens, ephemeral_1h_input_tokens: 0 },
  output_tokens: outputTokens,
  service_tier: 'standard',
})
