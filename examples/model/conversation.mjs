// A request of any of the APIs, read into one shape, and the ReAct text format that stands in for tool calls.

/**
 * @typedef {{ id: string, name: string, args: Record<string, unknown>, result?: string }} ToolCall
 * @typedef {{ role: 'system' | 'user' | 'assistant' | 'tool', text: string, calls?: ToolCall[], callId?: string }} Turn
 * @typedef {{ turns: Turn[], toolNames: string[], toolsText: string, react: boolean }} Conversation
 */

/** @returns {Conversation} `toolsText` is what the offered tools add to the prompt */
export function conversation(turns, offered) {
  const tools = offered ?? [] // some clients say null when they offer none
  const toolNames = tools.map(({ name, function: fn }) => name ?? fn?.name).filter(Boolean)
  const instructions = turns.filter(({ role }) => role !== 'assistant').map(({ text }) => text)
  const react = toolNames.length === 0 && instructions.some((text) => /^\s*Action Input:/m.test(text))
  if (!react) return { turns, toolNames, toolsText: tools.length > 0 ? JSON.stringify(tools) : '', react }
  const named = new Set(instructions.join('\n').match(/\b\w*(?:look_up_order|request_refund)\b/g))
  return { turns: turns.map(withReActCalls), toolNames: [...named], toolsText: '', react }
}

/** What the model writes where a framework asked for "Action:" lines instead of offering tools. */
export function asReAct({ call, text }) {
  return call
    ? `Thought: I need ${call.name}.\nAction: ${call.name}\nAction Input: ${JSON.stringify(call.args)}`
    : `Thought: I now know the final answer.\nFinal Answer: ${text}`
}

const ACTION = /Action:\s*(\S+)\s*\nAction Input:\s*(\{.*\})\s*(?:\nObservation:\s*([\s\S]*?))?(?=\nThought:|$)/g

/** Frameworks put "Observation:" into the assistant's own turn or into the next one. */
function withReActCalls(turn, index, all) {
  if (turn.role !== 'assistant') return turn
  const calls = [...turn.text.matchAll(ACTION)].map(([, name, args, observation], n) => ({
    id: `react-${index}-${n}`,
    name,
    args: json(args),
    result: observation ?? all[index + 1]?.text,
  }))
  return { ...turn, calls }
}

/** Content as text: a string, or parts of which those with text count. */
export function textOf(content) {
  if (content == null) return ''
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return JSON.stringify(content)
  return content.map((part) => (typeof part === 'string' ? part : (part.text ?? textOf(part.content ?? '')))).join('\n')
}

export function json(text) {
  try {
    const value = typeof text === 'string' ? JSON.parse(text) : text
    return value && typeof value === 'object' ? value : {}
  } catch {
    return {} // arguments that a framework cut or rewrote: the call counts, its arguments do not
  }
}
