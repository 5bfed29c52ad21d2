import 'server-only'
import { createHash, timingSafeEqual } from 'node:crypto'
import type { KeyCtx, SessionCtx } from '@/lib/auth/caller'
import { lookups } from '@/lib/auth/lookups'
import { permissionsOfScopes, type KeyScope, type Permission } from '@/lib/auth/permissions'
import type { StoredKey } from '@/lib/auth/queries'
import { isTouchDue, keyOfRequest, parseAgentKey } from '@/lib/auth/rules'
import { touchKey } from '@/lib/auth/store'
import { systemClock } from '@/lib/core/clock'
import { DomainError } from '@/lib/core/errors'
import { randomText } from '@/lib/core/ids'
import { log } from '@/lib/core/log'
import { requirePermission } from '@/lib/core/mutation'
import type { Authenticate } from '@/lib/http/route'

/**
 * Authenticates an agent's key: `Authorization: Bearer`, Basic with the key as password, or `x-api-key`. The key acts
 * in its own team. Throws `unauthenticated` (none, unknown, wrong, revoked, expired) or `forbidden` (without the scope).
 */
export const agentKey =
  (scope: KeyScope): Authenticate<KeyCtx> =>
  async (request, requestId) => {
    const text = keyOfRequest(request.headers)
    if (text === undefined) throw new DomainError('unauthenticated', `Send an API key: Authorization: Bearer sbx_…`)
    const now = systemClock()
    const key = await provenKey(text)
    if (key.revokedAt) throw new DomainError('unauthenticated', 'This API key was revoked. Use another one.')
    if (key.expiresAt && now >= key.expiresAt)
      throw new DomainError('unauthenticated', 'This API key has expired. Use another one.')
    if (!key.scopes.includes(scope)) {
      throw new DomainError('forbidden', `This API key lacks the scope ${scope}; it has ${key.scopes.join(', ')}.`)
    }
    await touch(key, now)
    return {
      teamId: key.team.id,
      actor: { type: 'key', id: key.publicId, agentId: key.agentId, environment: key.environment },
      permissions: permissionsOfScopes(key.scopes),
      now,
      requestId,
      agentName: key.agentName,
      team: key.team,
    }
  }

/**
 * Authenticates a key of the team, or a signed-in person who has the permission in the team: for reads that programs
 * and the console share. Sessions are loaded only when there is no key, so that ingest never loads them.
 */
export const keyOrSession =
  (scope: KeyScope, permission: Permission): Authenticate<KeyCtx | SessionCtx> =>
  async (request, requestId) => {
    const ctx =
      keyOfRequest(request.headers) === undefined
        ? await ofSession(request, requestId)
        : await agentKey(scope)(request, requestId)
    requirePermission(ctx, permission)
    return ctx
  }

const ofSession: Authenticate<SessionCtx> = async (request, requestId) => {
  const { sessionSource, teamCtx } = await import('@/lib/auth/session-request')
  return teamCtx(sessionSource(request, requestId))
}

/** The stored key whose secret this is. Unknown and wrong are not told apart. */
const provenKey = async (text: string): Promise<StoredKey> => {
  const parsed = parseAgentKey(text)
  const key = parsed && (await lookups().keys.get(parsed.publicId))
  if (!key || !timingSafeEqual(secretSha256(parsed.secret), key.secretSha256)) {
    throw new DomainError(
      'unauthenticated',
      'This API key is not known. Check that it was copied whole: sbx_<12>_<43>.',
    )
  }
  return key
}

const secretSha256 = (secret: string): Buffer => createHash('sha256').update(secret).digest()

const touch = async (key: StoredKey, now: Date): Promise<void> => {
  if (!isTouchDue(key.lastUsedAt, now)) return
  key.lastUsedAt = now // the cached row is this process's own: its next requests need not write either
  // Knowing when a key was last used is not worth refusing a request for.
  await touchKey(key.publicId, now).catch((error: unknown) =>
    log.warn({ err: error }, 'last use of a key was not noted'),
  )
}

export type NewAgentKey = { publicId: string; secretSha256: Uint8Array<ArrayBuffer>; text: string }

/** A new key: 12 characters to find it by and 43 secret ones (256 bit). `text` is shown once and never stored. */
export const newAgentKey = (): NewAgentKey => {
  const publicId = randomText(12, LOWER_AND_DIGITS)
  const secret = randomText(43, `${LOWER_AND_DIGITS}ABCDEFGHIJKLMNOPQRSTUVWXYZ`)
  return { publicId, secretSha256: new Uint8Array(secretSha256(secret)), text: `sbx_${publicId}_${secret}` }
}

const LOWER_AND_DIGITS = 'abcdefghijklmnopqrstuvwxyz0123456789'
