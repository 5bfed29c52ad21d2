import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { calcPrice } from '@pydantic/genai-prices'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { costOf, findModel, MODELS } from './usage.mjs'

const local = (name) => fileURLToPath(new URL(name, import.meta.url))
const shop = JSON.parse(readFileSync(local('shop.json'), 'utf8'))

let server
let url
beforeAll(async () => {
  server = fork(local('server.mjs'), { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  const [line] = await once(server.stdout, 'data')
  url = String(line).trim()
})
afterAll(() => server.kill())

const post = async (path, body) => {
  const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(body) })
  return { status: response.status, body: await response.json() }
}
const billed = async () => (await (await fetch(`${url}/billed`)).json()).calls
const clearBill = () => fetch(`${url}/billed`, { method: 'DELETE' })

const tools = ['look_up_order', 'request_refund'].map((name) => ({ type: 'function', function: { name } }))
const runTool = {
  look_up_order: ({ order_id }) => shop.orders[order_id] ?? { error: 'order not found' },
  request_refund: ({ order_id }) => ({ refund_id: `R-${order_id}` }),
}

/** A framework in ten lines: calls until the model answers in words. */
async function converse(text) {
  const messages = [
    { role: 'system', content: shop.prompt.text },
    { role: 'user', content: text },
  ]
  const called = []
  for (let round = 0; round < 5; round++) {
    const { body } = await post('/v1/chat/completions', { model: 'gpt-4o-mini', messages, tools })
    const { message } = body.choices[0]
    if (!message.tool_calls) return { called, answer: message.content }
    messages.push(message)
    for (const { id, function: fn } of message.tool_calls) {
      called.push(fn.name)
      const result = runTool[fn.name](JSON.parse(fn.arguments))
      messages.push({ role: 'tool', tool_call_id: id, content: JSON.stringify(result) })
    }
  }
  throw new Error('it never answers')
}

test.each(Object.entries(MODELS))('%s costs what the price book says, cache and output too', (name, model) => {
  const usage = { input_tokens: 100_000, output_tokens: 3_000, cache_read_tokens: 40_000, cache_write_tokens: 20_000 }
  if (!model.cacheWrite) usage.cache_write_tokens = 0
  if (!model.output) Object.assign(usage, { output_tokens: 0, cache_read_tokens: 0 })
  const providerId = name.startsWith('claude') ? 'anthropic' : 'openai'
  const price = calcPrice(usage, model.as, { providerId, timestamp: new Date() })
  const nano = costOf(model, {
    inputTokens: usage.input_tokens,
    cacheReadTokens: usage.cache_read_tokens,
    cacheWriteTokens: usage.cache_write_tokens,
    outputTokens: usage.output_tokens,
  })
  expect(Math.round(price.total_price * 1e9)).toBe(nano)
  expect(findModel(`vendor/${name}`)).toBe(findModel(model.as))
})

test('an order is looked up once, a refund is asked for once, an unknown order goes to a person', async () => {
  const [status, refund, unknown] = await Promise.all(shop.conversations.map(({ text }) => converse(text)))
  expect(status).toEqual({ called: ['look_up_order'], answer: 'Order A-100 is shipped and arrives on Thursday.' })
  expect(refund.called).toEqual(['look_up_order', 'request_refund'])
  expect(refund.answer).toContain('refund of 42 USD for order A-101')
  expect(unknown.called).toEqual(['look_up_order'])
  expect(unknown.answer).toContain('hand over to a person')
})

test('the bill is the same for the same conversation, and its second call reads from the cache', async () => {
  await clearBill()
  await converse(shop.conversations[1].text)
  const first = await billed()
  await clearBill()
  await converse(shop.conversations[1].text)
  const withoutIds = (calls) => calls.map(({ id: _, ...rest }) => rest)
  expect(withoutIds(await billed())).toEqual(withoutIds(first))
  expect(first.map(({ cacheReadTokens }) => cacheReadTokens > 0)).toEqual([false, true, true])
})

test('a framework that reads "Action:" lines gets them, and its observations count as results', async () => {
  const system =
    'Tool Name: look_up_order\nThought: …\nAction: the action\nAction Input: its input\nObservation: result'
  const ask = async (...said) => {
    const messages = [{ role: 'system', content: system }, { role: 'user', content: 'Where is A-100?' }, ...said]
    return (await post('/v1/chat/completions', { model: 'gpt-4o', messages })).body.choices[0].message.content
  }
  const action = await ask()
  expect(action).toContain('Action: look_up_order\nAction Input: {"order_id":"A-100"}')
  const content = `${action}\nObservation: {'order_id': 'A-100', 'status': 'shipped'}`
  expect(await ask({ role: 'assistant', content })).toContain('Final Answer: Order A-100 is shipped.')
})

test('Responses: items named by reference and by the previous response count as sent', async () => {
  const offered = [{ type: 'function', name: 'look_up_order' }]
  const first = (await post('/v1/responses', { model: 'gpt-5', input: 'Where is A-100?', tools: offered })).body
  const call = first.output.find(({ type }) => type === 'function_call')
  const output = { type: 'function_call_output', call_id: call.call_id, output: '{"status":"shipped"}' }
  const rest = { model: 'gpt-5', tools: offered }
  const byItem = [
    { role: 'user', content: 'Where is A-100?' },
    { type: 'item_reference', id: first.output[0].id },
    { type: 'item_reference', id: call.id },
    output,
  ]
  const answers = await Promise.all([
    post('/v1/responses', { ...rest, input: [output], previous_response_id: first.id }),
    post('/v1/responses', { ...rest, input: byItem }),
  ])
  expect(answers.map(({ body }) => body.output.at(-1).content[0].text)).toEqual(
    Array(2).fill('Order A-100 is shipped.'),
  )
  expect(answers[0].body.usage).toEqual(answers[1].body.usage)
})

test('a client that says null where it offers no tools is answered on every API', async () => {
  const messages = [{ role: 'user', content: 'Where is A-100?' }]
  const none = { tools: null, tool_choice: null, stream_options: null }
  const answers = await Promise.all([
    post('/v1/chat/completions', { model: 'gpt-4o', messages, ...none }),
    post('/v1/responses', { model: 'gpt-5', input: 'Where is A-100?', ...none }),
    post('/v1/messages', { model: 'claude-sonnet-4-5', messages, ...none }),
  ])
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
})

test('Messages: cache counts are apart from the input, and only where the request marks a cache', async () => {
  const ask = async (system) => {
    const messages = [{ role: 'user', content: 'Where is A-100?' }]
    return (await post('/v1/messages', { model: 'claude-sonnet-4-5', system, messages })).body.usage
  }
  const plain = await ask('Be brief.')
  const marked = await ask([{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }])
  expect(plain).toMatchObject({ cache_creation_input_tokens: 0, cache_read_input_tokens: 0 })
  expect(marked.cache_creation_input_tokens).toBeGreaterThan(1024)
  expect(marked.input_tokens + marked.cache_creation_input_tokens).toBe(plain.input_tokens)
})

test('it fails when told to, once, and bills nothing for it', async () => {
  await clearBill()
  await post('/fail', { status: 429 })
  expect((await post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'a' })).status).toBe(429)
  expect((await post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'a' })).status).toBe(200)
  expect(await billed()).toHaveLength(1)
})
