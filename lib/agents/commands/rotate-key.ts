import 'server-only'
import { newAgentKey } from '@/lib/auth/agent-key'
import { notifyKeyChanged } from '@/lib/auth/revocation'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { keyById } from '../queries'
import { requireFuture, requireKeyManager, rotationEnd } from '../rules'
import { KeyParams, KeyRotate, KeyView } from '../schema'
import { insertKey, lockKey, saveKey } from '../store'

/** Makes a successor with the same rights; the old key works beside it for the overlap and then stops by itself. */
export const rotateKey = mutation({
  permission: 'key:manage',
  input: KeyRotate.extend(KeyParams.shape),
  run: async (tx, ctx, input) => {
    const old = await lockKey(tx, ctx.teamId, input.publicId)
    requireKeyManager(ctx.permissions, old.environment)
    const end = rotationEnd(old, input.overlapSec, ctx.now)
    const expiresAt = input.expiresAt === undefined ? old.expiresAt : timeOrNull(input.expiresAt)
    requireFuture(expiresAt, ctx.now)
    const { publicId, secretSha256, text } = newAgentKey()
    await insertKey(tx, {
      publicId,
      teamId: ctx.teamId,
      name: old.name,
      secretSha256,
      scopes: old.scopes,
      environment: old.environment,
      agentId: old.agentId,
      expiresAt,
      rotatedFrom: old.publicId,
      createdBy: ctx.actor.id,
      createdAt: ctx.now,
    })
    const before = await keyById(tx, ctx, old.publicId)
    await saveKey(tx, old.publicId, { expiresAt: end })
    await notifyKeyChanged(tx, old.publicId)
    const key = await keyById(tx, ctx, publicId)
    const after = await keyById(tx, ctx, old.publicId)
    return {
      value: { key, secret: text },
      audit: [
        { kind: 'key.create', subject: publicId, after: auditView(key, KeyView) },
        {
          kind: 'key.rotate',
          subject: old.publicId,
          before: auditView(before, KeyView),
          after: auditView(after, KeyView),
        },
      ],
    }
  },
})

const timeOrNull = (time: string | null): Date | null => (time === null ? null : new Date(time))
