import 'server-only'
import type { SessionCtx } from '@/lib/auth/caller'
import { anyCtx, platformCtx, sessionSource, teamCtx } from '@/lib/auth/session-request'
import { DomainError } from '@/lib/core/errors'
import { newId } from '@/lib/core/ids'
import type { Authenticate } from '@/lib/http/route'

export { requireFresh } from '@/lib/auth/rules'

/**
 * Authenticates a signed-in person acting in one team: `x-signalbox-team` or `?team=` (slug or id), else their first.
 * Throws `unauthenticated`, `not_found` for a team that is not theirs, `forbidden` for a write from another site.
 */
export const session: Authenticate<SessionCtx> = async (request, requestId) =>
  teamCtx(sessionSource(request, requestId))

/** Authenticates a signed-in person for acts above teams: teams themselves, platform roles, one's own password. */
export const platformSession: Authenticate<SessionCtx> = async (request, requestId) =>
  platformCtx(sessionSource(request, requestId))

/** Authenticates a signed-in person in a team, or above teams when they are in none. */
export const anySession: Authenticate<SessionCtx> = async (request, requestId) =>
  anyCtx(sessionSource(request, requestId))

/**
 * The caller of a server component, acting in the team with that slug, else in their first; without any team above
 * teams. Null = not signed in: the page redirects to sign-in. Throws `not_found` for a team that is not theirs.
 */
export const currentSession = async (teamSlug?: string): Promise<SessionCtx | null> => {
  // Loaded only here, in a server component: routes that agents call bring in nothing of Next.
  const { headers } = await import('next/headers')
  const sent = await headers()
  const source = { cookie: sent.get('cookie'), team: teamSlug, requestId: newId('req'), request: null }
  try {
    return await anyCtx(source)
  } catch (error) {
    if (error instanceof DomainError && error.code === 'unauthenticated') return null
    throw error
  }
}
