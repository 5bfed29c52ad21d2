// POST /v1/chat/completions: https://platform.openai.com/docs/api-reference/chat
import { conversation, json, textOf } from './conversation.mjs'
import { newId, seconds } from './ids.mjs'

export function readChat(body) {
  const turns = (body.messages ?? []).map((message) => ({
    role: ['developer', 'system'].includes(message.role) ? 'system' : message.role,
    text: textOf(message.content),
    callId: message.tool_call_id,
    calls: message.tool_calls?.map((one) => ({
      id: one.id,
      name: one.function.name,
      args: json(one.function.arguments),
    })),
  }))
  return conversation(turns, body.tools)
}

export function writeChat({ model, reply, usage }) {
  return {
    id: newId('chatcmpl-'),
    object: 'chat.completion',
    created: seconds(),
    model: model.as,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: reply.call ? null : reply.text,
          refusal: null,
          ...(reply.call ? { tool_calls: [toolCall(reply.call)] } : {}),
        },
        logprobs: null,
        finish_reason: reply.call ? 'tool_calls' : 'stop',
      },
    ],
    usage: chatUsage(usage),
    system_fingerprint: 'fp_scripted',
  }
}

/** The same answer as server-sent events; usage comes in a chunk without choices, if asked. */
export function streamChat(answer, { stream_options: options }) {
  const { id, created, model, choices, usage } = answer
  const [{ message, finish_reason }] = choices
  const chunk = (delta, reason = null) => ({
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    choices: [{ index: 0, delta, finish_reason: reason }],
    ...(options?.include_usage ? { usage: null } : {}),
  })
  const chunks = [chunk({ role: 'assistant', content: message.tool_calls ? null : '' })]
  for (const [index, call] of (message.tool_calls ?? []).entries()) {
    chunks.push(
      chunk({ tool_calls: [{ index, ...call, function: { ...call.function, arguments: '' } }] }),
      chunk({ tool_calls: [{ index, function: { arguments: call.function.arguments } }] }),
    )
  }
  for (const word of message.content?.split(/(?<= )/) ?? []) chunks.push(chunk({ content: word }))
  chunks.push(chunk({}, finish_reason))
  if (options?.include_usage) chunks.push({ ...chunk({}), choices: [], usage })
  return [...chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`), 'data: [DONE]\n\n']
}

const toolCall = ({ name, args }) => ({
  id: newId('call_'),
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
})

const chatUsage = ({ inputTokens, cacheReadTokens, outputTokens, reasoningTokens }) => ({
  prompt_tokens: inputTokens,
  completion_tokens: outputTokens,
  total_tokens: inputTokens + outputTokens,
  prompt_tokens_details: { cached_tokens: cacheReadTokens, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: reasoningTokens,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
})
