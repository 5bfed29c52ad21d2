import { keyOrSession } from '@/lib/auth/agent-key'
import { defineRoute } from '@/lib/http/route'
import { interactionPage } from '@/lib/interactions/queries'
import { InteractionsPage, InteractionsQuery } from '@/lib/interactions/schema'

export const GET = defineRoute({
  auth: keyOrSession('read', 'telemetry:read'),
  input: { query: InteractionsQuery },
  output: InteractionsPage,
  handler: (ctx, { query }) => interactionPage(ctx, query),
})
