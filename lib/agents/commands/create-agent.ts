import 'server-only'
import { DomainError } from '@/lib/core/errors'
import { newId } from '@/lib/core/ids'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { requireTeam } from '@/lib/core/place'
import { agentById } from '../queries'
import { AgentCreate, AgentView } from '../schema'
import { insertAgent } from '../store'

/** Adds an agent under the name that its telemetry will send. */
export const createAgent = mutation({
  permission: 'agent:manage',
  input: AgentCreate,
  run: async (tx, ctx, input) => {
    requireTeam(ctx)
    const id = newId('agt', ctx.now)
    if (!(await insertAgent(tx, { teamId: ctx.teamId, id, ...input, createdAt: ctx.now }))) {
      throw new DomainError('conflict', 'The team has an agent of this name. Open it, or choose another name.', {
        details: [{ path: 'name', message: 'The team has an agent of this name.' }],
      })
    }
    const view = await agentById(tx, ctx, id)
    return { value: view, audit: [{ kind: 'agent.create', subject: id, after: auditView(view, AgentView) }] }
  },
})
