import { describe, expect, test } from 'vitest'
import { agentsTraces } from '@/lib/ingest/openai-agents'
import type { SpanNode } from '@/lib/ingest/span-node'
import { MemoryTraces } from '@/lib/ingest/testing/memory-traces'
import { mapped, nodeOf, NOW_US } from '@/lib/ingest/testing/payloads'
import { Random } from '@/lib/ingest/testing/random'

// As @openai/agents 0.20 exports it: a trace item when the run starts, spans as they end.

const TRACE = 'trace_0af7651916cd43dd8448eb211c80319c'
const at = (second: number) => `2026-02-17T23:00:${String(second).padStart(2, '0')}.000Z`
const span = (id: string, parentId: string | null, seconds: [number, number], spanData: object, error: object | null = null) => ({
  object: 'trace.span',
  id: `span_${id}`,
  trace_id: TRACE,
  parent_id: parentId === null ? null : `span_${parentId}`,
  started_at: at(seconds[0]),
  ended_at: at(seconds[1]),
  span_data: spanData,
  error,
}) // prettier-ignore
const trace = {
  object: 'trace',
  id: TRACE,
  workflow_name: 'Refund',
  group_id: 'chat-7',
  metadata: { userId: 'mia', promptVersion: 'v3' },
}
const custom = (name: string, data: object) => ({ type: 'custom', name, data: { sdk_span_type: name, ...data } })
const turnUsage = { input_tokens: 100, output_tokens: 20, cached_input_tokens: 60, cache_write_input_tokens: 0 }
const spans = [
  span('task', null, [0, 9], custom('task', { name: 'run', usage: { ...turnUsage, requests: 2, total_tokens: 120 } })),
  span('agent', 'task', [0, 9], { type: 'agent', name: 'Support', tools: ['refund'], handoffs: [] }),
  span('turn', 'agent', [1, 4], custom('turn', { turn: 1, agent_name: 'Support', usage: turnUsage })),
  span('response', 'turn', [1, 3], { type: 'response', response_id: 'resp_1' }),
  span('tool', 'turn', [3, 4], { type: 'function', name: 'refund', input: '{"id":1}', output: 'ok' }),
]
const nodesOf = (...data: object[]): SpanNode[] => agentsTraces({ data }, NOW_US).spans.map((one) => nodeOf(one))
const node = (nodes: SpanNode[], id: string) => nodes.find(({ spanId }) => spanId === `span_${id}`)

describe('tracing JSON of the OpenAI Agents SDK', () => {
  test('kinds, names, interaction, workflow, user; ids as sent', () => {
    const nodes = nodesOf(trace, ...spans)
    expect(nodes.map(({ spanId, kind, name }) => [spanId, kind, name])).toEqual([
      ['span_task', 'workflow', 'run'],
      ['span_agent', 'agent', 'Support'],
      ['span_turn', 'workflow', 'turn'],
      ['span_response', 'llm', 'response'],
      ['span_tool', 'tool', 'refund'],
    ])
    for (const one of nodes) {
      expect(one).toMatchObject({ traceId: TRACE, interactionId: 'chat-7', workflow: 'Refund', userId: 'mia' })
      expect(one).toMatchObject({ promptVersion: 'v3', scope: 'openai-agents', status: 'ok' })
    }
    expect(node(nodes, 'response')?.responseId).toBe('resp_1')
    expect(node(nodes, 'tool')).toMatchObject({ toolName: 'refund', parentId: 'span_turn' })
  })

  test("a turn's usage is lent, a task's is ignored", () => {
    const nodes = nodesOf(trace, ...spans)
    const usage = { inputTokens: 100, outputTokens: 20, cacheReadTokens: 60, cacheWriteTokens: 0 }
    expect(node(nodes, 'turn')).toMatchObject({ ...usage, flags: ['lends_usage'] })
    expect(node(nodes, 'task')).toMatchObject({ inputTokens: null, outputTokens: null, flags: [] })
  })

  test("a turn's usage comes to its response once, in any order, in one request or in several", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const memory = new MemoryTraces()
      for (const one of new Random(seed).shuffle([...spans, ...spans])) memory.take(nodesOf(one))
      const states = [...memory.result()].flatMap(([id, { state }]) => (state === null ? [] : [`${id} ${state}`]))
      // Tokens are known, a price is not: nothing of it names the model.
      expect(states).toEqual([`${TRACE} span_response unknown`])
    }
  })

  test('a chat completion comes whole: model, id, usage with its details, answer', () => {
    const message = { role: 'assistant', content: 'done' }
    const nodes = mapped(
      agentsTraces({
        data: [
          span('gen', null, [0, 1], {
            type: 'generation',
            model: 'gpt-4o',
            input: [{ role: 'user', content: 'hi' }],
            output: [
              {
                object: 'chat.completion',
                id: 'chatcmpl-1',
                model: 'gpt-4o-2024-08-06',
                choices: [{ message, finish_reason: 'stop' }],
              },
            ],
            usage: {
              input_tokens: 3050,
              output_tokens: 24,
              details: { total_tokens: 3074, input_tokens_details: { cached_tokens: 2816 } },
            },
          }),
        ],
      }).spans[0] ?? raise(),
    )
    expect(nodes).toMatchObject([
      {
        node: {
          kind: 'llm',
          model: 'gpt-4o-2024-08-06',
          requestModel: 'gpt-4o',
          provider: 'openai',
          responseId: 'chatcmpl-1',
          finishReason: 'stop',
          inputTokens: 3050,
          cacheReadTokens: 2816,
          outputTokens: 24,
        },
        payload: { input: '[{"role":"user","content":"hi"}]', output: JSON.stringify([message]) },
      },
    ])
  })

  test('every type of span has a kind; one that is not known is other', () => {
    const kind = (data: object) => nodesOf(span('x', null, [0, 1], data))[0]?.kind
    const types = { handoff: 'other', guardrail: 'guardrail', mcp_tools: 'other', transcription: 'llm', speech: 'llm', speech_group: 'workflow', new_type: 'other' } // prettier-ignore
    for (const [type, wanted] of Object.entries(types)) expect(kind({ type }), type).toBe(wanted)
    expect(kind({ type: 'custom', name: 'mine', data: {} })).toBe('other')
  })

  test('an error is one, with its message', () => {
    const [one] = nodesOf(span('x', null, [0, 1], { type: 'function', name: 'refund' }, { message: 'no', data: {} }))
    expect(one).toMatchObject({ status: 'error', statusMessage: 'no' })
  })

  test('a trace that comes before its spans tells its interaction all the same', () => {
    const [one, ...others] = nodesOf(trace)
    expect(others).toEqual([])
    expect(one).toMatchObject({
      traceId: TRACE,
      spanId: TRACE,
      kind: 'workflow',
      name: 'Refund',
      interactionId: 'chat-7',
    })
    const memory = new MemoryTraces()
    memory.take(nodesOf(trace))
    memory.take(nodesOf(...spans))
    expect(memory.result().get(`${TRACE} span_response`)?.interaction).toBe('chat-7')
  })

  test('a run resumed after an approval is the same trace with a second root', () => {
    const resumed = span('task2', null, [20, 25], custom('task', { name: 'run' }))
    expect(nodesOf(trace, ...spans, resumed).filter(({ parentId }) => parentId === null)).toHaveLength(2)
  })

  test.each([null, 7, 'x', [], {}, { data: 1 }, { data: [null, 1, 'x', [], {}, { object: 'other' }] }])(
    'no spans in %j',
    (body) => expect(agentsTraces(body, NOW_US)).toEqual({ spans: [], bad: [] }),
  )

  test('a span without ids or a start is bad, the others are good', () => {
    const good = span('a', null, [0, 1], { type: 'agent', name: 'a' })
    const bad = [
      { ...good, id: '' },
      { ...good, trace_id: 7 },
      { ...good, started_at: 'soon' },
    ]
    const traces = agentsTraces({ data: [...bad, good] })
    expect(traces.spans).toHaveLength(1)
    expect(traces.bad.map(({ reason }) => reason.split(':')[0])).toEqual(['id', 'trace_id', 'started_at'])
  })
})

const raise = (): never => {
  throw new Error('no span')
}
