/**
 * Turns one τ²-bench result file into raw Signalbox events. Pure: no clock, no network, no files. It prices nothing:
 * a cost is sent only where the source reports one, and what the source does not say is left out, never 0.
 *
 * One simulation is an interaction. A turn is a trace: from the customer's message to the agent's answer, so that the
 * latency of a turn is what the customer waits for. In it one agent span holds the model calls and tool calls.
 */

/**
 * @param {object} document the parsed result file
 * @param {{ fileName: string, agent?: string, release?: string }} source
 * @returns {object[]} events, each interaction followed by its spans and its outcome
 */
export function toEvents(document, { fileName, agent = 'tau2-retail', release = releaseOf(fileName) }) {
  const model = document.info?.agent_info?.llm ?? undefined
  return document.simulations.flatMap((simulation) => simulationEvents(simulation, { agent, release, model }))
}

/** `eval_chloe_gpt4o-refined_gpt-4o_test_1trial.json` → `chloe gpt4o-refined`; `toolorchestra_retail_…` → `toolorchestra`. */
export function releaseOf(fileName) {
  const name = fileName.replace(/^.*[\\/]/, '').replace(/\.json$/, '')
  const run = /^eval_(.+)_[^_]+_[^_]+_\d+trial$/.exec(name) ?? /^(.+?)_retail_.+_\d+trial$/.exec(name)
  return (run?.[1] ?? name).replaceAll('_', ' ')
}

function simulationEvents(simulation, { agent, release, model }) {
  // Some publications fill every time with one placeholder and give messages none. Then only the start is sent: an end
  // would be a latency nobody measured.
  const isTimed = simulation.messages.some((message) => message.timestamp)
  const common = { interactionId: simulation.id, agent, release }
  const calls = simulation.messages.flatMap((message) =>
    message.role === 'assistant' ? (message.tool_calls ?? []) : [],
  )
  const interaction = {
    type: 'interaction',
    id: simulation.id,
    agent,
    release,
    workflow: workflowOf(simulation),
    startedAt: utc(simulation.start_time),
    ...(isTimed ? { endedAt: utc(simulation.end_time) } : {}),
  }
  const outcome = {
    type: 'outcome',
    interactionId: simulation.id,
    result: simulation.reward_info?.reward === 1 ? 'resolved' : 'unresolved',
    escalated: calls.some((call) => call.name === 'transfer_to_human_agents'),
    at: utc(isTimed ? simulation.end_time : simulation.start_time),
  }
  return [interaction, ...spansOf(simulation, { common, model, isTimed }), outcome]
}

/** What the customer came for: the kinds of changes that would have been right. The judge knows them, the agent did not. */
function workflowOf(simulation) {
  const checks = simulation.reward_info?.action_checks
  if (!checks) return undefined
  const kinds = new Set(
    checks.map((check) => /^(cancel|return|exchange|modify)_/.exec(check.action.name)?.[1]).filter(Boolean),
  )
  return kinds.size === 0 ? 'information' : [...kinds].sort().join(' and ')
}

function spansOf(simulation, { common, model, isTimed }) {
  const spans = []
  let turn = null
  let turns = 0
  let previous = null
  let unread = []
  for (const [index, message] of simulation.messages.entries()) {
    const startedAt = utc((isTimed && (previous?.timestamp ?? message.timestamp)) || simulation.start_time)
    const times = { startedAt, ...(isTimed ? { endedAt: utc(message.timestamp) } : {}) }
    if (message.role === 'user') {
      // The turn begins with what the customer wrote; if the agent never answers, there is none.
      turn = { traceId: `${simulation.id}:turn-${turns + 1}`, question: message, root: null }
      unread = []
    } else if (turn !== null) {
      if (turn.root === null) {
        turns += 1
        turn.root = rootOf(turn, { common, simulation, startedAt })
        spans.push(turn.root)
      }
      const parent = { traceId: turn.traceId, parentId: turn.root.id, ...common }
      if (message.role === 'assistant') spans.push(modelCall(message, { index, parent, times, model, unread }))
      else spans.push(toolCall(message, { index, parent, times, call: callOf(simulation, message, index) }))
      if (isTimed) turn.root.endedAt = utc(message.timestamp)
      if (message.role === 'assistant' && message.content) turn.root.output = message.content
      if (message.role === 'assistant') unread = []
    }
    // An agent's message before any customer's is a fixed greeting: no model call, so no span.
    unread.push(message)
    previous = message
  }
  return spans
}

function rootOf(turn, { common, simulation, startedAt }) {
  return {
    type: 'span',
    id: 'turn',
    traceId: turn.traceId,
    ...common,
    kind: 'agent',
    name: 'answer the customer',
    startedAt,
    input: turn.question.content ?? '',
    attributes: { 'tau2.task_id': simulation.task_id, 'tau2.termination_reason': simulation.termination_reason },
  }
}

function modelCall(message, { index, parent, times, model, unread }) {
  const finish = message.raw_data?.finish_reason
  return withoutUndefined({
    type: 'span',
    id: `message-${index}`,
    ...parent,
    kind: 'llm',
    name: model ? `chat ${model}` : 'chat',
    ...times,
    status: 'ok',
    finishReason: finish === 'tool_calls' ? 'tool_call' : (finish ?? undefined),
    model,
    usage: usageOf(message.usage),
    costUsd: message.usage ? decimal(message.cost) : undefined,
    input: JSON.stringify(unread.map(toMessage)),
    output: JSON.stringify([toMessage(message)]),
  })
}

/** Both counts or nothing: these files name no cached tokens, although the bill shows them. */
function usageOf(usage) {
  if (usage?.prompt_tokens == null || usage.completion_tokens == null) return undefined
  return { inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }
}

function toolCall(message, { index, parent, times, call }) {
  return withoutUndefined({
    type: 'span',
    id: `message-${index}`,
    ...parent,
    kind: 'tool',
    name: call?.name ?? 'tool',
    ...times,
    // No field `error` means that the source does not say: unset, although some texts begin with "Error".
    status: message.error === true ? 'error' : message.error === false ? 'ok' : 'unset',
    statusMessage: message.error === true ? (message.content ?? undefined)?.slice(0, 1000) : undefined,
    tool: { name: call?.name ?? 'tool', callId: message.id },
    input: call ? JSON.stringify(call.arguments) : undefined,
    output: message.content ?? '',
  })
}

/** The request that a tool message answers: the nearest one before it with the same id. */
function callOf(simulation, message, index) {
  for (let at = index - 1; at >= 0; at -= 1) {
    const call = simulation.messages[at].tool_calls?.find((one) => one.id === message.id)
    if (call) return call
  }
  return undefined
}

/** A message in the shape of the OpenTelemetry GenAI conventions. */
function toMessage(message) {
  if (message.role === 'tool') {
    return { role: 'tool', parts: [{ type: 'tool_call_response', id: message.id, response: message.content }] }
  }
  const text = message.content ? [{ type: 'text', content: message.content }] : []
  const calls = (message.tool_calls ?? []).map((call) => ({
    type: 'tool_call',
    id: call.id,
    name: call.name,
    arguments: call.arguments,
  }))
  return { role: message.role, parts: [...text, ...calls] }
}

/** Source times have no zone and are UTC. */
function utc(time) {
  return /(?:Z|[+-]\d\d:?\d\d)$/.test(time) ? time : `${time}Z`
}

/** A reported cost as a decimal string; nothing when none was reported. */
function decimal(cost) {
  if (typeof cost !== 'number') return undefined
  const shortest = String(cost)
  // Exponents and a float's last digits (0.0094950000000000019) exceed the 18 decimals that the API takes.
  return /^\d+(\.\d{1,18})?$/.test(shortest) ? shortest : cost.toFixed(18)
}

function withoutUndefined(event) {
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined))
}

export const ORDERS = ['as-is', 'shuffle', 'spans-first', 'outcomes-first', 'interactions-last']

/** The same events in another order of arrival; `seed` decides the shuffle. */
export function inOrder(events, order, seed = 1) {
  const of = (type) => events.filter((event) => event.type === type)
  switch (order) {
    case 'as-is':
      return [...events]
    case 'shuffle':
      return shuffled(events, seed)
    case 'spans-first':
      return [...of('span'), ...of('interaction'), ...of('outcome')]
    case 'outcomes-first':
      return [...of('outcome'), ...of('interaction'), ...of('span')]
    case 'interactions-last':
      return [...of('span'), ...of('outcome'), ...of('interaction')]
    default:
      throw new RangeError(`unknown order "${order}", use one of ${ORDERS.join(', ')}`)
  }
}

/** Fisher-Yates over a mulberry32 generator: the same seed gives the same order everywhere. */
function shuffled(events, seed) {
  const result = [...events]
  let state = seed >>> 0
  for (let last = result.length - 1; last > 0; last -= 1) {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    const pick = ((mixed ^ (mixed >>> 14)) >>> 0) % (last + 1)
    ;[result[last], result[pick]] = [result[pick], result[last]]
  }
  return result
}
