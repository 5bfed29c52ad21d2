import 'server-only'
import type { SessionCtx } from '@/lib/auth/caller'
import { DomainError } from '@/lib/core/errors'
import type { Authenticate } from '@/lib/http/route'

/** Authenticates a signed-in person acting in one team. */
export const session: Authenticate<SessionCtx> = async () => {
  throw new DomainError('unauthenticated', 'Sign in.')
}

/** Authenticates a signed-in person for acts above teams. */
export const platformSession: Authenticate<SessionCtx> = async () => {
  throw new DomainError('unauthenticated', 'Sign in.')
}

/** The caller of a server component; null = not signed in (the page redirects to sign-in). */
export const currentSession = async (): Promise<SessionCtx | null> => null
