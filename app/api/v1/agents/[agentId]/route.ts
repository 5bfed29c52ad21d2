import { changeAgent } from '@/lib/agents/commands/change-agent'
import { oneAgent } from '@/lib/agents/queries'
import { AgentChange, AgentParams, AgentView } from '@/lib/agents/schema'
import { keyOrSession } from '@/lib/auth/agent-key'
import { session } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'

export const GET = defineRoute({
  auth: keyOrSession('read', 'agent:read'),
  input: { params: AgentParams },
  output: AgentView,
  handler: (ctx, { params }) => oneAgent(ctx, params.agentId),
})

export const PATCH = defineRoute({
  auth: session,
  input: { params: AgentParams, body: AgentChange },
  output: AgentView,
  handler: (ctx, { params, body }) => changeAgent(ctx, { ...params, ...body }),
})
