import { keyOrSession } from '@/lib/auth/agent-key'
import { defineRoute } from '@/lib/http/route'
import { oneSpan } from '@/lib/interactions/queries'
import { OneSpan, SpanDetail } from '@/lib/interactions/schema'

export const GET = defineRoute({
  auth: keyOrSession('read', 'telemetry:read'),
  input: OneSpan,
  output: SpanDetail,
  handler: (ctx, { params, query }) => oneSpan(ctx, query.traceId, params.id),
})
