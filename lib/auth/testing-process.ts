import { createServer } from 'node:http'
import { agentKey } from '@/lib/auth/agent-key'
import { sessionSource, teamCtx } from '@/lib/auth/session-request'
import { errorResponse } from '@/lib/http/route'

// One process of several, for tests: answers over HTTP who a request is, as the routes would. Prints its address.

const who = async (request: Request): Promise<Response> => {
  try {
    const isKey = new URL(request.url).pathname === '/key'
    const ctx = isKey
      ? await agentKey('ingest')(request, 'req_test')
      : await teamCtx(sessionSource(request, 'req_test'))
    return Response.json({ actor: ctx.actor.id, permissions: [...ctx.permissions] })
  } catch (error) {
    return errorResponse(error, 'req_test', request)
  }
}

const server = createServer((incoming, outgoing) => {
  const headers = new Headers()
  for (const [name, values = []] of Object.entries(incoming.headersDistinct)) headers.set(name, values.join(', '))
  void who(new Request(`http://127.0.0.1${incoming.url ?? '/'}`, { headers })).then(async (response) => {
    outgoing.writeHead(response.status).end(await response.text())
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  console.log(typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '')
})
process.on('disconnect', () => process.exit(0))
