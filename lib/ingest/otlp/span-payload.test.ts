import { describe, expect, test } from 'vitest'
import { spanMapper } from '@/lib/ingest/otlp/span-items'
import type { AttributeValue } from '@/lib/ingest/otlp/types'
import { MAX_ATTRIBUTE_BYTES } from '@/lib/ingest/schema'
import { TEAM } from '@/lib/ingest/testing/memory-traces'
import { NOW_US } from '@/lib/ingest/testing/payloads'
import { anEvent, aSpan, map, payloadOf } from '@/lib/ingest/testing/spans'

// What is stored of a span beside its columns: content once, attributes, within the bounds of wire.md 1.6.

const json = (text: string | null): unknown => (text === null ? null : JSON.parse(text))

describe('input and output', () => {
  const INPUTS: [string, AttributeValue][] = [
    ['langfuse.observation.input', 'a'],
    ['gen_ai.input.messages', 'b'],
    ['llm.input_messages.0.message.content', 'c'],
    ['ai.prompt.messages', 'd'],
    ['ai.prompt', 'e'],
    ['gen_ai.tool.call.arguments', 'f'],
    ['ai.toolCall.args', 'g'],
    ['tool_arguments', 'h'],
    ['gcp.vertex.agent.tool_call_args', 'i'],
    ['traceloop.entity.input', 'j'],
    ['gen_ai.prompt', 'k'],
    ['input.value', 'l'],
  ]
  const OUTPUTS: [string, AttributeValue][] = [
    ['langfuse.observation.output', 'a'],
    ['gen_ai.output.messages', 'b'],
    ['llm.output_messages.0.message.content', 'c'],
    ['ai.response.text', 'd'],
    ['gen_ai.tool.call.result', 'e'],
    ['ai.toolCall.result', 'f'],
    ['tool_response', 'g'],
    ['gcp.vertex.agent.tool_response', 'h'],
    ['traceloop.entity.output', 'i'],
    ['gen_ai.completion', 'j'],
    ['output.value', 'k'],
  ]
  test.each([['input', INPUTS] as const, ['output', OUTPUTS] as const])(
    '%s: the first that is there',
    (side, pairs) => {
      pairs.forEach(([name, value], from) => {
        const wanted = name.includes('_messages.') ? [{ content: value }] : value
        const rest = pairs.slice(from).map(([key, content]) => [key, content] as const)
        expect(json(payloadOf(Object.fromEntries(rest))[side]), name).toEqual(wanted)
        expect(json(payloadOf(Object.fromEntries(rest.toReversed()))[side]), name).toEqual(wanted)
      })
    },
  )

  test('content is stored once: no spelling of it is left among the attributes', () => {
    const all = Object.fromEntries([...INPUTS, ...OUTPUTS, ['my.own', 1] as const])
    expect(payloadOf(all).attributes).toEqual({ 'my.own': 1 })
  })

  test('JSON in text is JSON, as it was spelt: numbers of any length keep their digits', () => {
    const text = '{"order": 12345678901234567890, "b": [1.50]}'
    expect(payloadOf({ 'input.value': text }).input).toBe(text)
    expect(payloadOf({ 'input.value': 'no {json}' }).input).toBe('"no {json}"')
    expect(payloadOf({ 'input.value': '{broken' }).input).toBe('"{broken"')
    expect(payloadOf({ 'input.value': '"quoted"' }).input).toBe('"quoted"')
  })

  test('flattened messages are messages again, in their order', () => {
    const { input, output } = payloadOf({
      'llm.input_messages.10.message.role': 'user',
      'llm.input_messages.10.message.contents.0.message_content.type': 'text',
      'llm.input_messages.10.message.contents.0.message_content.text': 'hi',
      'llm.input_messages.2.message.role': 'system',
      'llm.input_messages.2.message.content': 'be brief',
      'gen_ai.completion.0.role': 'assistant',
      'gen_ai.completion.0.tool_calls.0.name': 'refund',
      'gen_ai.completion.0.tool_calls.0.arguments': '{}',
    })
    expect(json(input)).toEqual([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: [{ type: 'text', text: 'hi' }] },
    ])
    expect(json(output)).toEqual([{ role: 'assistant', tool_calls: [{ name: 'refund', arguments: '{}' }] }])
  })

  test('tool calls of OpenInference come out as OpenAI spells them', () => {
    const call = 'llm.output_messages.0.message.tool_calls.0.tool_call.'
    const { output } = payloadOf({
      [`${call}id`]: 'c1',
      [`${call}function.name`]: 'refund',
      [`${call}function.arguments`]: '{}',
    })
    expect(json(output)).toEqual([{ tool_calls: [{ id: 'c1', function: { name: 'refund', arguments: '{}' } }] }])
  })

  test('what the AI SDK tells apart is one message', () => {
    const calls = '[{"toolCallId":"c1","toolName":"refund","input":"{}"}]'
    const { output } = payloadOf({ 'ai.response.text': 'Let me see', 'ai.response.toolCalls': calls })
    expect(json(output)).toEqual([
      { role: 'assistant', content: 'Let me see', tool_calls: JSON.parse(calls) as unknown },
    ])
    expect(json(payloadOf({ 'ai.response.object': '{"a":1}' }).output)).toEqual({ a: 1 })
  })

  test('system instructions go before the messages', () => {
    const { input } = payloadOf({
      'gen_ai.system_instructions': '[{"type":"text","content":"be brief"}]',
      'gen_ai.input.messages': [{ role: 'user', parts: [] }],
    })
    expect(json(input)).toEqual([
      { role: 'system', parts: [{ type: 'text', content: 'be brief' }] },
      { role: 'user', parts: [] },
    ])
  })

  test('messages and details that came as events', () => {
    const events = [
      anEvent('gen_ai.user.message', { content: 'hi' }),
      anEvent('gen_ai.choice', { 'gen_ai.event.content': '{"message":{"content":"ho"}}' }),
    ]
    const { input, output } = payloadOf({}, { events })
    expect(json(input)).toEqual([{ role: 'user', content: 'hi' }])
    expect(json(output)).toEqual([{ role: 'assistant', message: { content: 'ho' } }])
    const details = [anEvent('gen_ai.client.inference.operation.details', { 'gen_ai.input.messages': '[1]' })]
    expect(json(payloadOf({}, { events: details }).input)).toEqual([1])
  })

  test('Pydantic AI: the end of the conversation is the answer', () => {
    const events = '[{"role":"user","content":"hi"},{"event.name":"gen_ai.choice","message":{"content":"ho"}}]'
    const { input, output } = payloadOf({ events })
    expect(json(input)).toEqual([{ role: 'user', content: 'hi' }])
    expect(json(output)).toEqual([{ 'event.name': 'gen_ai.choice', message: { content: 'ho' } }])
  })
})

describe('users', () => {
  const attributes = {
    'user.id': 'mia',
    'ai.telemetry.metadata.userId': 'mia',
    metadata: '{"user_id":"mia","tier":"gold"}',
  }
  test('stand in their own place only, so that hiding and erasing them is done there', () => {
    expect(payloadOf(attributes).attributes).toEqual({ metadata: '{"tier":"gold"}' })
  })

  test('are hashed where the team says so', () => {
    const { node } = map(aSpan({ attributes }), { hashUserIds: true })
    expect(node.userId).toMatch(/^usr-[0-9a-f]{32}$/)
  })
})

describe('bounds', () => {
  const LONG = 'x'.repeat(300)

  test('a long name is cut and keeps a hash of the whole, so that two stay two; said in the flags', () => {
    const one = map(aSpan({ attributes: { 'session.id': `${LONG}1` } })).node
    const two = map(aSpan({ attributes: { 'session.id': `${LONG}2` } })).node
    expect(one.interactionId).toHaveLength(256)
    expect(one.interactionId).not.toBe(two.interactionId)
    expect(one.flags).toEqual(['names_cut'])
  })

  test('attributes: 256 of them, 16 kB each, 64 deep; the same ones in any order', () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`k${n}`, n]))
    const turned = Object.fromEntries(Object.entries(many).toReversed())
    expect(Object.keys(payloadOf(many).attributes ?? {})).toHaveLength(256)
    expect(payloadOf(many).attributes).toEqual(payloadOf(turned).attributes)
    let deep: AttributeValue = 1
    for (let i = 0; i < 100; i++) deep = [deep]
    for (const value of ['é"'.repeat(20_000), { a: 'y'.repeat(20_000) }, deep]) {
      const { node, payload } = map(aSpan({ attributes: { value } }))
      const stored = payload?.attributes?.['value']
      expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThanOrEqual(MAX_ATTRIBUTE_BYTES)
      expect(node.flags).toEqual(['attributes_cut'])
    }
  })

  test('input and output are cut at the limit of the team, and say how long they were', () => {
    const text = JSON.stringify({ text: 'y'.repeat(5000) })
    const { node, payload } = map(aSpan({ attributes: { 'input.value': text } }), { payloadMaxBytes: 1000 })
    expect(payload?.inputFullBytes).toBe(Buffer.byteLength(text))
    expect(Buffer.byteLength(payload?.input ?? '')).toBeLessThan(1100)
    expect(node.flags).toEqual(['input_cut'])
  })

  test('U+0000 and lone surrogates become U+FFFD, wherever they are, also escaped in JSON', () => {
    const { node, payload } = map(
      aSpan({
        name: 'a\u0000b',
        attributes: { 'input.value': '{"a":"\\u0000\\ud800"}', k: 'x\ud800', 'k\u0000': { 'a\u0000': '\u0000' } },
      }),
    )
    expect(node).toMatchObject({ name: 'a\uFFFDb', flags: ['replaced_characters'] })
    expect(json(payload?.input ?? null)).toEqual({ a: '\uFFFD\uFFFD' })
    expect(payload?.attributes).toEqual({ k: 'x\uFFFD', 'k\uFFFD': { 'a\uFFFD': '\uFFFD' } })
  })

  test('a start that no clock shows is refused', () => {
    const sender = { agentName: null, environment: 'test', team: TEAM, nowUs: NOW_US }
    expect(spanMapper(sender)(aSpan({ startUs: 1 })).rejected).toContain('2015')
  })
})

test('redaction reaches whatever is stored as text', () => {
  const redaction = { version: 1, detectors: ['email'], patterns: [], jsonPaths: [] }
  const mail = 'mia@example.com'
  const item = map(
    aSpan({
      name: `call ${mail}`,
      statusCode: 2,
      statusMessage: `no ${mail}`,
      attributes: {
        'input.value': `{"to":"${mail}","n":12345678901234567890}`,
        'output.value': `sent to ${mail}`,
        'my.note': [mail],
        'signalbox.outcome.result': 'failed',
        'signalbox.outcome.reason': mail,
      },
      events: [
        anEvent('gen_ai.evaluation.result', { 'gen_ai.evaluation.name': 'q', 'gen_ai.evaluation.score.label': 'x' }),
      ],
      resource: { attributes: { 'my.owner': mail } },
    }),
    { redaction },
  )
  const stored = JSON.stringify(item, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  expect(stored).not.toContain('mia@')
  expect(stored).toContain('12345678901234567890')
})

test('a resource tells what it was named for; what it says of the machine is not stored with every span', () => {
  const resource = { attributes: { 'service.name': 's', 'process.pid': 1, 'host.arch': 'x', 'team.cost_center': '7' } }
  expect(payloadOf({}, { resource }).attributes).toEqual({ 'resource.team.cost_center': '7' })
})
