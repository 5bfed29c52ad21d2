import 'server-only'
import { notifyKeyChanged } from '@/lib/auth/revocation'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { agentById } from '../queries'
import { AgentChange, AgentParams, AgentView } from '../schema'
import { lockAgent, saveAgent } from '../store'

/** Changes description, idle limit or what a trace stands for; the name never changes, because telemetry names the agent by it. */
export const changeAgent = mutation({
  permission: 'agent:manage',
  input: AgentChange.extend(AgentParams.shape),
  run: async (tx, ctx, { agentId, ...change }) => {
    const row = await lockAgent(tx, ctx.teamId, agentId)
    const before = await agentById(tx, ctx, agentId)
    await saveAgent(tx, ctx.teamId, agentId, {
      description: change.description ?? row.description,
      idleLimitSec: change.idleLimitSec ?? row.idleLimitSec,
      traceIsInteraction: change.traceIsInteraction ?? row.traceIsInteraction,
    })
    // Ingest knows the setting with the key.
    await notifyKeyChanged(tx, ctx.teamId)
    const after = await agentById(tx, ctx, agentId)
    const audit = { before: auditView(before, AgentView), after: auditView(after, AgentView) }
    return { value: after, audit: [{ kind: 'agent.change', subject: agentId, ...audit }] }
  },
})
