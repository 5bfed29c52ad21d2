import 'server-only'
import { notFound } from '@/lib/core/errors'
import { randomText } from '@/lib/core/ids'
import { mutation } from '@/lib/core/mutation'
import { ERASED_PREFIX } from '@/lib/ingest/interaction-rules'
import { ERASE_BATCH, eraseInteractions, eraseSpans, lockErasable } from '@/lib/interactions/store'
import { UserParams } from '@/lib/interactions/schema'

/**
 * Erases what one user's interactions said, what spans of no interaction say of him, and what a second instrumentation
 * saw of his calls; totals and the audit log stay as they are. Answers how many interactions
 * were erased; `more` when the user has others left (call again). Throws `not_found` when there is nothing to erase.
 */
export const eraseUser = mutation({
  permission: 'telemetry:erase',
  input: UserParams,
  run: async (tx, ctx, input) => {
    const { interactions: ids, spans } = await lockErasable(tx, ctx.teamId, input.userId)
    if (ids.length === 0 && spans.length === 0) throw notFound()
    const pseudonym = `${ERASED_PREFIX}${randomText(16, '0123456789abcdefghjkmnpqrstvwxyz')}`
    const payloads =
      (await eraseInteractions(tx, ctx.teamId, ids, input.userId, pseudonym)) +
      (await eraseSpans(tx, ctx.teamId, spans, input.userId))
    const value = { interactions: ids.length, payloads, more: Math.max(ids.length, spans.length) >= ERASE_BATCH }
    return { value, audit: [{ kind: 'user.erase', subject: pseudonym, after: value }] }
  },
})
