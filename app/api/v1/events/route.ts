import { agentKey } from '@/lib/auth/agent-key'
import { defineRawRoute } from '@/lib/http/route'
import { receiveEvents } from '@/lib/ingest/receive'

export const POST = defineRawRoute({
  auth: agentKey('ingest'),
  handler: async (ctx, request) => Response.json(await receiveEvents(ctx, request)),
})
