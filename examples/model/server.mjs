// A model endpoint that costs nothing: the APIs of OpenAI and Anthropic, answered by a script (shop-agent.mjs), with a
// bill of every call. `node examples/model/server.mjs [port]` prints its address and ends with its parent.
import { createServer } from 'node:http'
import { readChat, streamChat, writeChat } from './chat-completions.mjs'
import { asReAct } from './conversation.mjs'
import { embeddingTexts, writeEmbeddings } from './embeddings.mjs'
import { readMessages, streamMessages, writeMessages, marksCache } from './messages.mjs'
import { readResponses, streamResponses, writeResponses } from './responses.mjs'
import { nextStep } from './shop-agent.mjs'
import { embeddingUsage, findModel, MODELS, usageOf } from './usage.mjs'

const CHAT_APIS = {
  '/v1/chat/completions': { api: 'chat', read: readChat, write: writeChat, stream: streamChat },
  '/v1/responses': { api: 'responses', read: readResponses, write: writeResponses, stream: streamResponses },
  '/v1/messages': { api: 'messages', read: readMessages, write: writeMessages, stream: streamMessages },
}

let bill = []
let failures = { times: 0, status: 429 }

const ROUTES = {
  'GET /billed': () => ({ calls: bill }),
  'DELETE /billed': () => {
    bill = []
    return { calls: bill }
  },
  /** `{times?, status?}`: the next calls fail, unbilled, as a provider's do. */
  'POST /fail': (body) => (failures = { times: body.times ?? 1, status: body.status ?? 429 }),
  'GET /v1/models': () => ({
    object: 'list',
    data: Object.keys(MODELS).map((id) => ({ id, object: 'model', owned_by: 'scripted' })),
  }),
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error)
    send(response, 500, { error: { message: String(error), type: 'server_error', code: null, param: null } })
  })
})

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://127.0.0.1')
  const body = await readBody(request)
  const route = ROUTES[`${request.method} ${pathname}`]
  if (route) return send(response, 200, route(body))
  const chat = CHAT_APIS[pathname]
  if (request.method !== 'POST' || !(chat || pathname === '/v1/embeddings'))
    return send(response, 404, failure(pathname, 'not_found_error', `No ${request.method} ${pathname} here.`))
  if (failures.times > 0) {
    failures.times -= 1
    return send(response, failures.status, failure(pathname, 'rate_limit_error', 'Failing as asked.'))
  }
  const model = findModel(body.model)
  if (!model) return send(response, 404, failure(pathname, 'model_not_found', `No model ${body.model} here.`))
  if (!chat) return send(response, 200, embed(model, body))
  const answered = converse(chat, model, body)
  if (!body.stream) return send(response, 200, answered)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  for (const event of chat.stream(answered, body)) response.write(event)
  response.end()
}

function converse({ api, read, write }, model, body) {
  const asked = read(body)
  const step = nextStep(asked)
  const reply = asked.react ? { text: asReAct(step) } : step
  const usage = usageOf(model, asked, reply, { marksCache: api === 'messages' && marksCache(body) })
  const answered = write({ model, reply, usage, body, asked })
  bill.push({ id: answered.id, api, model: model.as, streamed: Boolean(body.stream), ...usage })
  return answered
}

function embed(model, body) {
  const texts = embeddingTexts(body)
  const usage = embeddingUsage(model, texts)
  bill.push({ id: null, api: 'embeddings', model: model.as, streamed: false, ...usage })
  return writeEmbeddings({ model, texts, usage, body })
}

const failure = (pathname, type, message) =>
  pathname === '/v1/messages'
    ? { type: 'error', error: { type, message } }
    : { error: { message, type, code: type, param: null } }

function send(response, status, body) {
  if (response.headersSent) return response.destroy()
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function readBody(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return chunks.length > 0 ? JSON.parse(Buffer.concat(chunks).toString('utf8')) : {}
}

const parent = process.ppid
setInterval(() => process.ppid !== parent && process.exit(0), 500).unref()
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
