import 'server-only'
import type { Tx } from '@/lib/core/db'

/** Channels on which processes tell each other to forget what they cached; the payload is an id, never a secret. */
export const SESSION_CHANNEL = 'signalbox_session'
export const KEY_CHANNEL = 'signalbox_key'

/**
 * Ends every sign-in of a person (removal, role or password change, sign-out everywhere), on every process once `tx`
 * commits. `exceptSessionId` is the sign-in that stays. Returns how many ended. Call it also when nothing but the
 * person's rights changed: the notification makes every process read them anew.
 */
export const endSessionsOf = async (
  tx: Tx,
  personId: string,
  reason: string,
  now: Date,
  exceptSessionId = '',
): Promise<number> => {
  const ended = await tx.$executeRaw`
    UPDATE session SET ended_at = ${now}, ended_by = ${reason}
    WHERE person_id = ${personId} AND ended_at IS NULL AND id <> ${exceptSessionId}`
  await notifySessionsChanged(tx, personId)
  return ended
}

/** Makes every process read a person's sessions, roles and memberships anew once `tx` commits. */
export const notifySessionsChanged = async (tx: Tx, personId: string): Promise<void> => {
  await tx.$executeRaw`SELECT pg_notify(${SESSION_CHANNEL}, ${personId})`
}

/** Makes every process forget one key, or every key of a team with the team's settings, once `tx` commits. */
export const notifyKeyChanged = async (tx: Tx, publicIdOrTeamId: string): Promise<void> => {
  await tx.$executeRaw`SELECT pg_notify(${KEY_CHANNEL}, ${publicIdOrTeamId})`
}
