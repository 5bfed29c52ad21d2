import 'server-only'
import { notifyKeyChanged } from '@/lib/auth/revocation'
import { DomainError } from '@/lib/core/errors'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { keyById } from '../queries'
import { requireKeyManager } from '../rules'
import { KeyParams, KeyView } from '../schema'
import { lockKey, saveKey } from '../store'

/** Ends a key at once, on every process. It stays in the list, because telemetry and audit entries name it. */
export const revokeKey = mutation({
  permission: 'key:manage',
  input: KeyParams,
  run: async (tx, ctx, { publicId }) => {
    const row = await lockKey(tx, ctx.teamId, publicId)
    requireKeyManager(ctx.permissions, row.environment)
    if (row.revokedAt) throw new DomainError('conflict', 'This key is revoked already.')
    const before = await keyById(tx, ctx, publicId)
    await saveKey(tx, publicId, { revokedAt: ctx.now })
    await notifyKeyChanged(tx, publicId)
    const after = await keyById(tx, ctx, publicId)
    const audit = { before: auditView(before, KeyView), after: auditView(after, KeyView) }
    return { value: after, audit: [{ kind: 'key.revoke', subject: publicId, ...audit }] }
  },
})
