import 'server-only'
import type { PoolClient } from 'pg'
import { ERASED_FLAG } from '@/lib/ingest/fill-rules'
import { isErased, withoutReason, type InteractionState } from '@/lib/ingest/interaction-rules'
import type { TurnMove } from '@/lib/ingest/span-moves'
import { deletePayloads, updateSpans } from '@/lib/ingest/store/spans'

/**
 * Spans that come to an interaction after its user was erased (an exporter held them back) say nothing of the user
 * either: what the erasure would have emptied is empty, before turns and interactions hear of it.
 */
export const blankErased = async (
  client: PoolClient,
  teamId: string,
  days: string[],
  turns: Iterable<TurnMove>,
  states: ReadonlyMap<string, InteractionState>,
): Promise<void> => {
  const late = [...turns].flatMap(({ interactionId, added, changed }) => {
    const state = states.get(interactionId)
    const spans = state && isErased(state) ? [...added, ...changed.map(({ node }) => node)] : []
    return spans.filter(({ flags }) => !flags.includes(ERASED_FLAG))
  })
  if (late.length === 0) return
  for (const node of late) {
    node.userId = node.statusMessage = null
    node.outcome = node.outcome === null ? null : withoutReason(node.outcome)
    node.flags = [...node.flags, ERASED_FLAG]
  }
  await updateSpans(client, teamId, days, late)
  await deletePayloads(client, teamId, late)
}
