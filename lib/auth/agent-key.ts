import 'server-only'
import type { KeyCtx, SessionCtx } from '@/lib/auth/caller'
import type { KeyScope, Permission } from '@/lib/auth/permissions'
import { DomainError } from '@/lib/core/errors'
import type { Authenticate } from '@/lib/http/route'

/** Authenticates an agent's key that has the scope. */
export const agentKey =
  (_scope: KeyScope): Authenticate<KeyCtx> =>
  async () => {
    throw new DomainError('unauthenticated', 'Send an API key.')
  }

/** Authenticates a key of the team, or a signed-in person who has the permission in the team. */
export const keyOrSession =
  (_scope: KeyScope, _permission: Permission): Authenticate<KeyCtx | SessionCtx> =>
  async () => {
    throw new DomainError('unauthenticated', 'Send an API key or sign in.')
  }
