import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { POST as postAgentsTraces } from '@/app/api/public/openai/v1/traces/ingest/route'
import { POST as postLogs } from '@/app/api/public/otel/v1/logs/route'
import { POST as postOtlpMetrics } from '@/app/api/public/otel/v1/metrics/route'
import { POST as postTraces } from '@/app/api/public/otel/v1/traces/route'
import { POST as postEvents } from '@/app/api/v1/events/route'
import { GET as getMetrics } from '@/app/api/v1/metrics/route'

// The agent-facing handlers behind bare node:http, as one process of several. Prints its address and ends with its
// parent. GET /memory answers what it holds, after a collection where the process was started with --expose-gc.

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>
const ROUTES: Record<string, Handler> = {
  'POST /api/v1/events': postEvents,
  'POST /v1/traces': postTraces,
  'POST /v1/logs': postLogs,
  'POST /v1/metrics': postOtlpMetrics,
  'POST /v1/traces/ingest': postAgentsTraces,
  'POST /api/public/otel/v1/traces': postTraces,
  'POST /api/public/otel/v1/logs': postLogs,
  'POST /api/public/otel/v1/metrics': postOtlpMetrics,
  'GET /api/v1/metrics': getMetrics,
  'GET /memory': () => {
    globalThis.gc?.()
    return Promise.resolve(Response.json(process.memoryUsage()))
  },
}

const toRequest = (incoming: IncomingMessage): Request => {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) headers.set(name, values.join(', '))
  const url = `http://${incoming.headers.host ?? '127.0.0.1'}${incoming.url ?? '/'}`
  const method = incoming.method ?? 'GET'
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers })
  const init: RequestInit & { duplex: 'half' } = { method, headers, body: webStream(incoming), duplex: 'half' }
  return new Request(url, init)
}

/** Behind a pass-through, as in Next: a handler that gives up reading must not tear down the socket it answers on. */
const webStream = (incoming: IncomingMessage): ReadableStream => {
  const through = new PassThrough()
  incoming.on('error', (error) => through.destroy(error))
  through.on('error', () => incoming.resume())
  through.on('close', () => incoming.unpipe(through).resume())
  incoming.pipe(through)
  return Readable.toWeb(through) as ReadableStream // node's own type and the browser's name the same class
}

const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
  const path = new URL(incoming.url ?? '/', 'http://127.0.0.1').pathname
  const handler = ROUTES[`${incoming.method} ${path}`]
  const response = handler
    ? await handler(toRequest(incoming), { params: Promise.resolve({}) })
    : new Response(null, { status: 404 })
  const body = Buffer.from(await response.arrayBuffer())
  if (!outgoing.destroyed) outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(body)
}

const server = createServer((incoming, outgoing) => {
  answer(incoming, outgoing).catch((error: unknown) => {
    process.stderr.write(`slim server: ${String(error)}\n`)
    outgoing.destroy()
  })
})
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(typeof address === 'object' && address ? `http://127.0.0.1:${address.port}\n` : '\n')
})
process.on('disconnect', () => process.exit(0))
