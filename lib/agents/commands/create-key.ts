import 'server-only'
import { newAgentKey } from '@/lib/auth/agent-key'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { requireTeam } from '@/lib/core/place'
import { keyById } from '../queries'
import { requireFuture, requireKeyManager } from '../rules'
import { KeyCreate, KeyView } from '../schema'
import { findAgent, insertKey } from '../store'

/** Makes a key. The answer is the only place where its secret ever stands. */
export const createKey = mutation({
  permission: 'key:manage',
  input: KeyCreate,
  run: async (tx, ctx, input) => {
    requireTeam(ctx)
    requireKeyManager(ctx.permissions, input.environment)
    const expiresAt = input.expiresAt === null ? null : new Date(input.expiresAt)
    requireFuture(expiresAt, ctx.now)
    if (input.agentId !== null) await findAgent(tx, ctx.teamId, input.agentId)
    const { publicId, secretSha256, text } = newAgentKey()
    await insertKey(tx, {
      publicId,
      teamId: ctx.teamId,
      name: input.name,
      secretSha256,
      scopes: [...input.scopes],
      environment: input.environment,
      agentId: input.agentId,
      expiresAt,
      createdBy: ctx.actor.id,
      createdAt: ctx.now,
    })
    const key = await keyById(tx, ctx, publicId)
    return {
      value: { key, secret: text },
      audit: [{ kind: 'key.create', subject: publicId, after: auditView(key, KeyView) }],
    }
  },
})
