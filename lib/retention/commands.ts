import 'server-only'
import { mutation } from '@/lib/core/mutation'
import { requirePlatform } from '@/lib/core/place'
import { Retention } from '@/lib/retention/schema'
import { lockRetention, saveRetention } from '@/lib/retention/store'

/** Sets what the worker may drop from its next round on. Above teams only. */
export const setRetention = mutation({
  permission: 'platform:manage',
  input: Retention,
  run: async (tx, ctx, input) => {
    requirePlatform(ctx)
    const before = await lockRetention(tx)
    await saveRetention(tx, input)
    return { value: input, audit: [{ kind: 'retention.set', subject: 'retention', before, after: input }] }
  },
})
