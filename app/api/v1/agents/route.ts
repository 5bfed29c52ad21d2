import { createAgent } from '@/lib/agents/commands/create-agent'
import { agentPage } from '@/lib/agents/queries'
import { AgentCreate, AgentPage, AgentView } from '@/lib/agents/schema'
import { keyOrSession } from '@/lib/auth/agent-key'
import { session } from '@/lib/auth/session'
import { PageQuery } from '@/lib/core/page'
import { defineRoute } from '@/lib/http/route'

export const GET = defineRoute({
  auth: keyOrSession('read', 'agent:read'),
  input: { query: PageQuery },
  output: AgentPage,
  handler: (ctx, { query }) => agentPage(ctx, query),
})

export const POST = defineRoute({
  auth: session,
  input: { body: AgentCreate },
  output: AgentView,
  status: 201,
  handler: (ctx, { body }) => createAgent(ctx, body),
})
