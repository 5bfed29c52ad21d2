import { describe, expect, test } from 'vitest'
import type { OtlpSpan } from '@/lib/ingest/otlp/types'
import { nodeOf } from '@/lib/ingest/testing/payloads'
import { anEvent, aSpan, expectOrder, told, type Sent } from '@/lib/ingest/testing/spans'

// The order of wire.md 3, field by field.

describe('kind', () => {
  test('the first of the conventions that says one', () => {
    expectOrder('kind', [
      ['signalbox.span.kind', 'plan', 'plan'],
      ['langfuse.observation.type', 'retriever', 'retrieval'],
      ['openinference.span.kind', 'EVALUATOR', 'evaluation'],
      ['ai.operationId', 'ai.generateText.doGenerate', 'llm'],
      ['gen_ai.operation.name', 'invoke_agent', 'agent'],
      ['traceloop.span.kind', 'task', 'workflow'],
      ['langsmith.span.kind', 'retriever', 'retrieval'],
      ['gen_ai.tool.name', 'search', 'tool'],
      ['agent_name', 'a', 'agent'],
      ['unknown', 'x', 'other'],
    ])
  })

  test.each([
    ['langfuse.observation.type', { generation: 'llm', embedding: 'embedding', chain: 'workflow', evaluator: 'evaluation', guardrail: 'guardrail', span: 'other', event: 'other' }],
    ['openinference.span.kind', { LLM: 'llm', EMBEDDING: 'embedding', CHAIN: 'workflow', RETRIEVER: 'retrieval', RERANKER: 'retrieval', TOOL: 'tool', AGENT: 'agent', GUARDRAIL: 'guardrail', PROMPT: 'other' }],
    ['ai.operationId', { 'ai.generateText': 'workflow', 'ai.streamObject.doStream': 'llm', 'ai.embedMany': 'workflow', 'ai.embedMany.doEmbed': 'embedding', 'ai.rerank.doRerank': 'retrieval', 'ai.toolCall': 'tool' }],
    ['operation.name', { 'ai.generateText.doGenerate support chat': 'llm', 'something else': 'other' }],
    ['gen_ai.operation.name', { chat: 'llm', text_completion: 'llm', generate_content: 'llm', completion: 'llm', generate: 'llm', decide: 'llm', embeddings: 'embedding', execute_tool: 'tool', create_agent: 'agent', agent_step: 'agent', invoke_workflow: 'workflow', plan: 'plan', retrieval: 'retrieval', rerank: 'retrieval', guard: 'guardrail', 'guardrail.run': 'guardrail', search_memory: 'other', invented: 'workflow' }],
    ['traceloop.span.kind', { workflow: 'workflow', task: 'workflow', agent: 'agent', tool: 'tool' }],
    ['llm.request.type', { chat: 'llm', completion: 'llm', embedding: 'embedding', rerank: 'retrieval' }],
    ['mcp.method.name', { 'tools/call': 'tool', 'tools/list': 'other' }],
    ['genkit:metadata:subtype', { model: 'llm', embedder: 'embedding', tool: 'tool' }],
  ])('%s', (name, kinds) => {
    for (const [value, kind] of Object.entries(kinds)) expect(told({ [name]: value }).kind, value).toBe(kind)
  }) // prettier-ignore

  test('agent_name makes an agent, also beside the standard name', () => {
    expect(told({ agent_name: 'a', 'gen_ai.agent.name': 'a' }).kind).toBe('agent')
  })

  test('a model and usage make a model call; a model alone does not', () => {
    expect(told({ 'gen_ai.request.model': 'm', 'gen_ai.usage.input_tokens': 1 }).kind).toBe('llm')
    expect(told({ 'gen_ai.request.model': 'm' }).kind).toBe('other')
  })
})

describe('status', () => {
  const error = { status: 'error' }
  test.each<[string, Partial<OtlpSpan>, object]>([
    ['ended, code 0', {}, { status: 'ok', statusMessage: null }],
    ['status code 2', { statusCode: 2, statusMessage: 'timeout' }, { ...error, statusMessage: 'timeout' }],
    ['an exception', { events: [anEvent('exception', { 'exception.type': 'E', 'exception.message': 'no' })] }, { ...error, errorType: 'E', statusMessage: 'no' }],
    ['error.type', { attributes: { 'error.type': 'RateLimitError' } }, { ...error, errorType: 'RateLimitError' }],
    ['level of Langfuse', { attributes: { 'langfuse.observation.level': 'ERROR', 'langfuse.observation.status_message': 'bad' } }, { ...error, statusMessage: 'bad' }],
    ['HTTP status', { attributes: { 'http.response.status_code': 429 } }, error],
    ['HTTP status that is none', { attributes: { 'http.status_code': 'OK' } }, { status: 'ok', flags: [] }],
    ['HTTP status below 400', { attributes: { 'http.response.status_code': 399 } }, { status: 'ok' }],
    ['a tool that returned "no"', { attributes: { 'gen_ai.tool.name': 't', 'gen_ai.tool.call.result': '{"ok":false}' } }, { status: 'ok' }],
    ['not ended', { endUs: null }, { status: 'unset', endUs: null }],
  ])('%s', (_, words, wanted) => expect(nodeOf(aSpan(words))).toMatchObject(wanted)) // prettier-ignore
})

describe('model and provider', () => {
  test('the model that answered, and the one that was asked for', () => {
    expectOrder('model', [
      ['gen_ai.response.model', 'a', 'a'],
      ['llm.response.model_name', 'b', 'b'],
      ['ai.response.model', 'c', 'c'],
      ['langfuse.observation.model.name', 'd', 'd'],
    ])
    expectOrder('requestModel', [
      ['gen_ai.request.model', 'a', 'a'],
      ['llm.request.model_name', 'b', 'b'],
      ['llm.model_name', 'c', 'c'],
      ['embedding.model_name', 'd', 'd'],
      ['ai.model.id', 'e', 'e'],
    ])
  })

  test('the provider as named, without its API, else guessed from the model', () => {
    expectOrder('provider', [
      ['gen_ai.provider.name', 'aws.bedrock', 'aws.bedrock'],
      ['gen_ai.system', 'OpenAI', 'openai'],
      ['llm.provider', 'azure', 'azure'],
      ['llm.system', 'mistralai', 'mistralai'],
      ['ai.model.provider', 'anthropic.messages', 'anthropic'],
      ['gen_ai.request.model', 'claude-sonnet-4-5', 'anthropic'],
      ['nothing', 'x', null],
    ])
    expect(told({ 'gen_ai.system': 'openai.chat' }).provider).toBe('openai')
    expect(told({ 'gen_ai.system': 'gcp.vertex_ai' }).provider).toBe('gcp.vertex_ai')
  })
})

describe('tools, prompts, actions', () => {
  test('the tool of a tool span; its own name where no attribute has one', () => {
    expectOrder('toolName', [
      ['gen_ai.tool.name', 'a', 'a'],
      ['tool.name', 'b', null],
    ])
    const tool = { 'signalbox.span.kind': 'tool' }
    expect(told({ ...tool, 'tool.name': 'b', 'ai.toolCall.name': 'c' }).toolName).toBe('b')
    expect(told({ ...tool, 'ai.toolCall.name': 'c', 'traceloop.entity.name': 'd' }).toolName).toBe('c')
    expect(told({ ...tool, 'traceloop.entity.name': 'd' }).toolName).toBe('d')
    expect(told(tool).toolName).toBe('a span')
    expect(told({ 'openinference.span.kind': 'LLM', 'tool.name': 'b' }).toolName).toBeNull()
  })

  test('prompt and version, each on its own', () => {
    expectOrder('promptName', [
      ['signalbox.prompt.name', 'a', 'a'],
      ['langfuse.observation.prompt.name', '"b"', 'b'],
      ['gen_ai.prompt.name', 'c', 'c'],
      ['traceloop.prompt.key', 'd', 'd'],
      ['prompt.id', 'e', 'e'],
      ['ai.telemetry.metadata.promptName', 'f', 'f'],
    ])
    expectOrder('promptVersion', [
      ['signalbox.prompt.version', 'a', 'a'],
      ['langfuse.observation.prompt.version', 3, '3'],
      ['traceloop.prompt.version', 'c', 'c'],
      ['llm.prompt_template.version', 'd', 'd'],
      ['traceloop.association.properties.prompt_version', 'e', 'e'],
      ['metadata', '{"prompt_version":"f"}', 'f'],
    ])
  })

  test('the action that our SDK names joins the span to it', () => {
    expect(told({ 'signalbox.action.id': 'act_1' }).actionId).toBe('act_1')
  })

  test.each([
    ['stop', ['stop', 'end_turn', 'STOP', 'completed']],
    ['length', ['length', 'max_tokens', 'MAX_TOKENS']],
    ['tool_call', ['tool_calls', 'tool-calls', 'tool_use', 'function_call']],
    ['content_filter', ['content_filter', 'SAFETY', 'refusal']],
    ['error', ['error', 'failed']],
    ['other', ['whatever', 'unknown']],
  ])('finish reason %s', (ours, theirs) => {
    for (const reason of theirs) {
      expect(told({ 'gen_ai.response.finish_reasons': [reason] }).finishReason, reason).toBe(ours)
      expect(told({ 'gen_ai.response.finish_reasons': `["${reason}"]` }).finishReason, reason).toBe(ours)
      expect(told({ 'ai.response.finishReason': reason }).finishReason, reason).toBe(ours)
    }
  })

  test('first token: seconds, milliseconds, or a time', () => {
    const start = aSpan().startUs
    const time = new Date(start / 1000 + 250).toISOString()
    expectOrder('firstTokenMs', [
      ['gen_ai.response.time_to_first_chunk', 0.25, 250],
      ['ai.response.msToFirstChunk', 19.5, 19.5],
      ['ai.stream.msToFirstChunk', 20, 20],
      ['langfuse.observation.completion_start_time', JSON.stringify(time), 250],
    ])
    const before = new Date(start / 1000 - 250).toISOString()
    expect(told({ 'langfuse.observation.completion_start_time': before }).firstTokenMs).toBeNull()
  })
})

describe('response id', () => {
  const llm = { 'openinference.span.kind': 'LLM' }
  const message = (kwargs: object) => JSON.stringify({ generations: [[{ message: { kwargs } }]] })
  test.each<[string, Sent, string | null]>([
    ['its attribute', { 'gen_ai.response.id': 'resp_1', 'ai.response.id': 'x', 'output.value': '{"id":"y"}' }, 'resp_1'],
    ['AI SDK', { 'ai.response.id': 'msg_1' }, 'msg_1'],
    ['in the response', { 'output.value': '{"id":"chatcmpl-1"}' }, 'chatcmpl-1'],
    ['LangChain', { 'output.value': message({ id: 'chatcmpl-2' }) }, 'chatcmpl-2'],
    ['LangChain names its run', { 'output.value': message({ id: 'run-7', response_metadata: { id: 'msg_2' } }) }, 'msg_2'],
    ['a run is no response', { 'output.value': message({ id: 'run-7' }) }, null],
    ['text', { 'output.value': 'id' }, null],
  ])('%s', (_, attributes, id) => expect(told({ ...llm, ...attributes }).responseId).toBe(id)) // prettier-ignore

  test('what a tool returned is no response of a model', () => {
    expect(told({ 'openinference.span.kind': 'TOOL', 'output.value': '{"id":"order-1"}' }).responseId).toBeNull()
  })
})

describe('usage and cost', () => {
  test('each count is resolved on its own: one span may mix conventions', () => {
    const node = told({
      'gen_ai.usage.input_tokens': 100,
      'llm.token_count.completion': 7,
      'ai.usage.cachedInputTokens': 60,
      'gen_ai.usage.details.reasoning_tokens': '5',
    })
    expect(node).toMatchObject({ inputTokens: 100, outputTokens: 7, cacheReadTokens: 60, reasoningTokens: 5 })
  })

  test('C9 the reported cost, by its order, exact to the nano-USD', () => {
    expectOrder('costReported', [
      ['signalbox.cost.usd', '0.000209999999999999', 210_000n],
      ['langfuse.observation.cost_details', '{"input":0.1,"output":0.2}', 300_000_000n],
      ['gen_ai.usage.cost', 1.5e-7, 150n],
      ['operation.cost', '1e-9', 1n],
      ['llm.cost.total', 0, 0n],
      ['llm.cost.prompt', 1, null],
    ])
    const total = { 'langfuse.observation.cost_details': { input: 1, output: 2, total: 2.5 } }
    expect(told(total).costReported).toBe(2_500_000_000n)
  })

  test.each<[Sent]>([
    [{ 'gen_ai.usage.input_tokens': -1 }],
    [{ 'gen_ai.usage.input_tokens': 1.5 }],
    [{ 'gen_ai.usage.input_tokens': 'many' }],
    [{ 'gen_ai.usage.input_tokens': 2e12 }],
    [{ 'gen_ai.usage.cost': -1 }],
    [{ 'gen_ai.usage.cost': 1_000_000 }],
    [{ 'langfuse.observation.cost_details': '{"total":"free"}' }],
  ])('%j cannot be: unknown, and said', (attributes) => {
    expect(told(attributes)).toMatchObject({ inputTokens: null, costReported: null, flags: ['usage_invalid'] })
  })

  test('an embedding that tells a total only: it has no output', () => {
    const node = told({ 'openinference.span.kind': 'EMBEDDING', 'llm.token_count.total': 12 })
    expect(node).toMatchObject({ inputTokens: 12, outputTokens: null })
  })
})

test('a span that ends before it starts lasts no time, and that is said', () => {
  const { startUs } = aSpan()
  expect(nodeOf(aSpan({ endUs: startUs - 1 }))).toMatchObject({ endUs: startUs, flags: ['end_before_start'] })
})
