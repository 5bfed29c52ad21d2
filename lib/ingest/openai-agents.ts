import { parseIso, type Micros } from '@/lib/core/micros'
import { isObject, type JsonObject } from '@/lib/ingest/dialects/readers'
import type { Attributes, AttributeValue, BadSpan, OtlpSpan, OtlpTraces } from '@/lib/ingest/otlp/types'
import { MAX_NAME_CHARS } from '@/lib/ingest/schema'

/**
 * Tracing JSON of the OpenAI Agents SDK (wire.md 5) as spans with standard attribute names: one mapper serves all roads.
 * Shape: `{data: [{object: "trace", id, workflow_name, group_id, metadata} | {object: "trace.span", id, trace_id,
 * parent_id, started_at, ended_at, span_data: {type, …}, error: {message, data} | null}]}`. Ids stay as sent, times are
 * not checked yet. A trace comes once, when it starts, and has no time of its own: what it tells is told by the spans of
 * its request, or, where there are none, by one that stands for the trace and starts on arrival (`nowUs`).
 */
export const agentsTraces = (body: unknown, nowUs?: Micros): OtlpTraces => {
  const items = dataOf(body)
  const traces = new Map<string, Attributes>()
  for (const item of items) {
    if (item['object'] === 'trace' && isId(item['id'])) traces.set(item['id'], traceAttributes(item))
  }
  const spans: OtlpSpan[] = []
  const bad: BadSpan[] = []
  for (const item of items) {
    if (item['object'] !== 'trace.span') continue
    const { trace_id: traceId, id: spanId } = item
    const startUs = timeOf(item['started_at'])
    if (!isId(traceId)) bad.push(badSpan(item, 'trace_id: must be a text of 1 to 256 characters'))
    else if (!isId(spanId)) bad.push(badSpan(item, 'id: must be a text of 1 to 256 characters'))
    else if (startUs === null) bad.push(badSpan(item, 'started_at: must be an ISO 8601 time'))
    else spans.push(spanOf(item, { traceId, spanId, startUs }, traces.get(traceId) ?? {}))
  }
  if (nowUs !== undefined) {
    const told = new Set(spans.map(({ traceId }) => traceId))
    for (const [id, attributes] of traces) if (!told.has(id)) spans.push(traceSpan(id, attributes, nowUs))
  }
  return { spans, bad }
}

const dataOf = (body: unknown): JsonObject[] => {
  if (typeof body !== 'object' || body === null || !('data' in body) || !Array.isArray(body.data)) return []
  return asValues(body.data).filter(isObject)
}

/** The body comes from JSON.parse: all in it is JSON. */
const asValues = (data: unknown[]): AttributeValue[] => data as AttributeValue[]

const isId = (value: AttributeValue | undefined): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= MAX_NAME_CHARS &&
  value.isWellFormed() &&
  !/\0/.test(value)

const badSpan = (item: JsonObject, reason: string): BadSpan => ({
  traceId: idText(item['trace_id']),
  spanId: idText(item['id']),
  reason,
})
const idText = (value: AttributeValue | undefined): string =>
  typeof value === 'string' ? value.slice(0, 64).toWellFormed() : ''

const timeOf = (value: AttributeValue | undefined): Micros | null =>
  typeof value === 'string' ? parseIso(value) : null

const SCOPE = { name: 'openai-agents', version: '' }
const RESOURCE = { attributes: {} }

const traceAttributes = (trace: JsonObject): Attributes => ({
  ...some('gen_ai.conversation.id', trace['group_id']),
  ...some('gen_ai.workflow.name', trace['workflow_name']),
  ...some('openai_agents.metadata', trace['metadata']),
})

type Place = { traceId: string; spanId: string; startUs: Micros }

const spanOf = (item: JsonObject, place: Place, ofTrace: Attributes): OtlpSpan => {
  const data = isObject(item['span_data']) ? item['span_data'] : {}
  const error = isObject(item['error']) ? item['error'] : undefined
  const message = error?.['message']
  const parentId = item['parent_id']
  return {
    ...place,
    parentId: isId(parentId) ? parentId : null,
    name: nameOf(data),
    endUs: timeOf(item['ended_at']),
    statusCode: error ? 2 : 0,
    statusMessage: typeof message === 'string' ? message : '',
    attributes: { ...ofTrace, ...attributesOf(data), ...some('openai_agents.error', error?.['data']) },
    events: [],
    resource: RESOURCE,
    scope: SCOPE,
  }
}

const traceSpan = (id: string, attributes: Attributes, nowUs: Micros): OtlpSpan => ({
  traceId: id,
  spanId: id,
  parentId: null,
  name: nameText(attributes['gen_ai.workflow.name']) ?? 'trace',
  startUs: nowUs,
  endUs: null,
  statusCode: 0,
  statusMessage: '',
  attributes: { ...attributes, 'openai_agents.span_type': 'trace' },
  events: [],
  resource: RESOURCE,
  scope: SCOPE,
})

const nameText = (value: AttributeValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

const typeOf = (data: JsonObject): string => {
  const custom = isObject(data['data']) ? nameText(data['data']['sdk_span_type']) : undefined
  return custom ?? nameText(data['type']) ?? 'custom'
}

const nameOf = (data: JsonObject): string => {
  const custom = isObject(data['data']) ? data['data'] : {}
  return nameText(custom['name']) ?? nameText(data['name']) ?? nameText(data['model']) ?? typeOf(data)
}

const attributesOf = (data: JsonObject): Attributes => {
  const type = typeOf(data)
  const read = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined
  return { ...(read ? read(data) : rest(data, [])), 'openai_agents.span_type': type }
}

/** By `span_data.type`, and by `data.sdk_span_type` of custom spans. */
const TYPES: Readonly<Record<string, (data: JsonObject) => Attributes>> = {
  agent: (data) => ({
    'gen_ai.operation.name': 'invoke_agent',
    ...some('gen_ai.agent.name', data['name']),
    ...rest(data, ['name']),
  }),
  function: (data) => ({
    'gen_ai.operation.name': 'execute_tool',
    ...some('gen_ai.tool.name', data['name']),
    ...some('gen_ai.tool.call.arguments', data['input']),
    ...some('gen_ai.tool.call.result', data['output']),
    ...rest(data, ['name', 'input', 'output']),
  }),
  generation: (data) => ({
    'gen_ai.operation.name': 'chat',
    ...some('gen_ai.request.model', data['model']),
    ...some('gen_ai.input.messages', data['input']),
    ...answerAttributes(data['output']),
    ...usageAttributes(data['usage']),
    ...rest(data, ['model', 'input', 'output', 'usage']),
  }),
  response: (data) => ({
    'gen_ai.operation.name': 'chat',
    ...some('gen_ai.response.id', data['response_id']),
    ...some('gen_ai.request.model', data['model']),
    ...usageAttributes(data['usage']),
    ...rest(data, ['response_id', 'model', 'usage']),
  }),
  // Sums up again what its turns count.
  task: (data) => rest(data, []),
  turn: (data) => {
    const turn = isObject(data['data']) ? data['data'] : {}
    return {
      ...some('gen_ai.agent.name', turn['agent_name']),
      ...usageAttributes(turn['usage']),
      ...rest(data, []),
    }
  },
  transcription: (data) => speech(data),
  speech: (data) => speech(data),
}

/** A model call that is billed by the minute or the character: its cost is unknown, not nothing. */
const speech = (data: JsonObject): Attributes => ({
  ...some('gen_ai.request.model', data['model']),
  ...some('input', data['input']),
  ...some('output', data['output']),
  ...rest(data, ['model', 'input', 'output']),
})

/** Chat completions come whole: the answer holds its id, its model and why it ended. */
const answerAttributes = (output: AttributeValue | undefined): Attributes => {
  const [first] = Array.isArray(output) ? output : []
  const choices = isObject(first) && Array.isArray(first['choices']) ? first['choices'].filter(isObject) : []
  if (!isObject(first) || choices.length === 0) return some('gen_ai.output.messages', output)
  return {
    'gen_ai.output.messages': choices.map((choice) => choice['message'] ?? null),
    ...some('gen_ai.response.id', first['id']),
    ...some('gen_ai.response.model', first['model']),
    ...some(
      'gen_ai.response.finish_reasons',
      choices.map((choice) => choice['finish_reason'] ?? null),
    ),
  }
}

/** Inclusive; the SDK puts what it does not know under `details`. */
const usageAttributes = (value: AttributeValue | undefined): Attributes => {
  if (!isObject(value)) return {}
  const usage = isObject(value['details']) ? { ...value['details'], ...value } : value
  const input = isObject(usage['input_tokens_details']) ? usage['input_tokens_details'] : {}
  const output = isObject(usage['output_tokens_details']) ? usage['output_tokens_details'] : {}
  return {
    ...some('gen_ai.usage.input_tokens', usage['input_tokens']),
    ...some('gen_ai.usage.output_tokens', usage['output_tokens']),
    ...some('gen_ai.usage.total_tokens', usage['total_tokens']),
    ...some('gen_ai.usage.cache_read.input_tokens', usage['cached_input_tokens'] ?? input['cached_tokens']),
    ...some(
      'gen_ai.usage.cache_creation.input_tokens',
      usage['cache_write_input_tokens'] ?? input['cache_write_tokens'],
    ),
    ...some('gen_ai.usage.reasoning.output_tokens', usage['reasoning_tokens'] ?? output['reasoning_tokens']),
  }
}

/** What has no standard name keeps its own. */
const rest = (data: JsonObject, taken: readonly string[]): Attributes =>
  Object.fromEntries(
    Object.entries(data)
      .filter(([key, value]) => key !== 'type' && !taken.includes(key) && value !== null)
      .map(([key, value]) => [`openai_agents.${key}`, value]),
  )

const some = (name: string, value: AttributeValue | undefined): Attributes =>
  value === undefined || value === null ? {} : { [name]: value }
