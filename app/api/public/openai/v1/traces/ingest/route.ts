import { agentKey } from '@/lib/auth/agent-key'
import { defineRawRoute } from '@/lib/http/route'
import { receiveAgentsTraces } from '@/lib/ingest/receive-otlp'

/** Also `/v1/traces/ingest` (next.config.mjs). */
export const POST = defineRawRoute({
  auth: agentKey('ingest'),
  handler: async (ctx, request) => Response.json(await receiveAgentsTraces(ctx, request)),
})
