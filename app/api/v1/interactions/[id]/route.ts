import { keyOrSession } from '@/lib/auth/agent-key'
import { defineRoute } from '@/lib/http/route'
import { oneInteraction } from '@/lib/interactions/queries'
import { InteractionView, OneInteraction } from '@/lib/interactions/schema'

export const GET = defineRoute({
  auth: keyOrSession('read', 'telemetry:read'),
  input: OneInteraction,
  output: InteractionView,
  handler: (ctx, { params, query }) => oneInteraction(ctx, params.id, query),
})
