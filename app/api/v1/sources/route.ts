import { keyOrSession } from '@/lib/auth/agent-key'
import { defineRoute } from '@/lib/http/route'
import { sourcePage } from '@/lib/sources/queries'
import { SourcePage, SourcesQuery } from '@/lib/sources/schema'

export const GET = defineRoute({
  auth: keyOrSession('read', 'telemetry:read'),
  input: { query: SourcesQuery },
  output: SourcePage,
  handler: (ctx, { query }) => sourcePage(ctx, query),
})
