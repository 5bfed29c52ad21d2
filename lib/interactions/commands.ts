import 'server-only'
import { notFound } from '@/lib/core/errors'
import { randomText } from '@/lib/core/ids'
import { mutation } from '@/lib/core/mutation'
import { ERASED_PREFIX } from '@/lib/ingest/interaction-rules'
import { ERASE_BATCH, eraseInteractions, lockInteractionsOf } from '@/lib/interactions/store'
import { UserParams } from '@/lib/interactions/schema'

/**
 * Erases what one user's interactions said; totals and the audit log stay as they are. Answers how many interactions
 * were erased; `more` when the user has others left (call again). Throws `not_found` when there is nothing to erase.
 */
export const eraseUser = mutation({
  permission: 'telemetry:erase',
  input: UserParams,
  run: async (tx, ctx, input) => {
    const ids = await lockInteractionsOf(tx, ctx.teamId, input.userId)
    if (ids.length === 0) throw notFound()
    const pseudonym = `${ERASED_PREFIX}${randomText(16, '0123456789abcdefghjkmnpqrstvwxyz')}`
    const payloads = await eraseInteractions(tx, ctx.teamId, ids, input.userId, pseudonym)
    const value = { interactions: ids.length, payloads, more: ids.length === ERASE_BATCH }
    return { value, audit: [{ kind: 'user.erase', subject: pseudonym, after: value }] }
  },
})
