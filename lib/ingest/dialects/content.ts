import type { Hit } from '@/lib/ingest/dialects/fields'
import { isAbsent, isObject, parseJson } from '@/lib/ingest/dialects/readers'
import type { Resolved } from '@/lib/ingest/dialects/resolve'
import type { AttributeValue, Attributes } from '@/lib/ingest/otlp/types'

/** Input and output of a span, out of the attribute that won and of what belongs to it. Pure. */
export type Content = { input: AttributeValue | undefined; output: AttributeValue | undefined }

export const contentOf = ({ hits }: Pick<Resolved, 'hits'>, attributes: Attributes): Content => {
  const recorded = hits.input && RECORDINGS.has(hits.input.source) ? splitRecording(hits.input.value) : undefined
  return {
    input: recorded?.input ?? inputOf(hits.input, attributes),
    output: hits.output ? outputOf(hits.output, attributes) : recorded?.output,
  }
}

const inputOf = (hit: Hit<AttributeValue> | undefined, attributes: Attributes): AttributeValue | undefined => {
  const instructions = attributes['gen_ai.system_instructions']
  if (!hit || instructions === undefined || isAbsent(instructions)) return hit?.value
  const system = { role: 'system', parts: listOf(instructions) ?? instructions }
  if (hit.source === 'gen_ai.system_instructions') return [system]
  const messages = hit.source === 'gen_ai.input.messages' ? listOf(hit.value) : undefined
  return messages ? [system, ...messages] : hit.value
}

/** The AI SDK tells text, tool calls, object and reasoning of one answer apart: together they are one message. */
const outputOf = (hit: Hit<AttributeValue>, attributes: Attributes): AttributeValue => {
  const prefix = AI_RESPONSES.find((one) => hit.source.startsWith(one))
  if (prefix === undefined) return hit.value
  const part = (name: string): AttributeValue | undefined => {
    const value = attributes[prefix + name]
    return value === undefined || isAbsent(value) ? undefined : value
  }
  const text = part('text')
  const calls = part('toolCalls')
  const reasoning = part('reasoning')
  const object = part('object')
  if (calls === undefined && reasoning === undefined) return text ?? object ?? hit.value
  return [
    {
      role: 'assistant',
      content: text ?? object ?? null,
      ...(reasoning === undefined ? {} : { reasoning }),
      ...(calls === undefined ? {} : { tool_calls: listOf(calls) ?? calls }),
    },
  ]
}
const AI_RESPONSES = ['ai.response.', 'ai.result.']

/** Pydantic AI writes a whole conversation into one attribute: the answer is its end. */
const RECORDINGS = new Set(['events', 'all_messages_events', 'pydantic_ai.all_messages'])

const splitRecording = (value: AttributeValue): Content => {
  const messages = listOf(value)
  if (!messages) return { input: value, output: undefined }
  const last = messages.at(-1)
  const isAnswer =
    isObject(last) &&
    (last['event.name'] === 'gen_ai.choice' || last['role'] === 'assistant' || last['role'] === 'model')
  return isAnswer ? { input: messages.slice(0, -1), output: [last] } : { input: messages, output: undefined }
}

const listOf = (value: AttributeValue): AttributeValue[] | undefined => {
  const list = typeof value === 'string' && value.trimStart().startsWith('[') ? parseJson(value) : value
  return Array.isArray(list) ? list : undefined
}
