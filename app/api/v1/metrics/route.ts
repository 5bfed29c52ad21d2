import { keyOrSession } from '@/lib/auth/agent-key'
import { defineRoute } from '@/lib/http/route'
import { metrics, teamScope } from '@/lib/metrics/queries'
import { MetricsAnswer, MetricsQuery } from '@/lib/metrics/schema'

export const GET = defineRoute({
  auth: keyOrSession('read', 'telemetry:read'),
  input: { query: MetricsQuery },
  output: MetricsAnswer,
  handler: async (ctx, { query }) => metrics(ctx, await teamScope(ctx, query), query),
})
