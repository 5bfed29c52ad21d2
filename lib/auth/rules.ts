/**
 * Pure rules of sign-ins and keys: how long they live, what they may do, how a key is written. Times are arguments.
 * Source: design README section 8.
 */
import { DomainError } from '@/lib/core/errors'

const HOUR_MS = 3_600_000
export const SESSION_IDLE_MS = 12 * HOUR_MS
export const SESSION_MAX_MS = 7 * 24 * HOUR_MS
export const FRESH_MS = 5 * 60_000
/** Times of last use are written at most this often. */
export const TOUCH_EVERY_MS = 60_000

/** Why a sign-in no longer counts; undefined = it does. */
export const sessionEnd = (
  session: { endedAt: Date | null; lastSeenAt: Date; expiresAt: Date; removedAt: Date | null },
  now: Date,
): 'ended' | 'removed' | 'expired' | 'idle' | undefined => {
  if (session.endedAt) return 'ended'
  if (session.removedAt) return 'removed'
  if (now >= session.expiresAt) return 'expired'
  if (now.getTime() - session.lastSeenAt.getTime() >= SESSION_IDLE_MS) return 'idle'
  return undefined
}

/** Step-up: throws `forbidden` unless the person gave their password within the last 5 minutes. */
export const requireFresh = (ctx: { actor: { type: string; authTime?: Date }; now: Date }): void => {
  const { authTime } = ctx.actor
  if (!authTime || ctx.now.getTime() - authTime.getTime() >= FRESH_MS) {
    throw new DomainError('forbidden', 'Confirm your password first: this needs a sign-in younger than 5 minutes.')
  }
}

export const isTouchDue = (last: Date | null, now: Date): boolean =>
  last === null || now.getTime() - last.getTime() >= TOUCH_EVERY_MS

/** Parts of `sbx_<12 of a-z0-9>_<43 of A-Za-z0-9>`; undefined for anything else. */
export const parseAgentKey = (text: string): { publicId: string; secret: string } | undefined => {
  const match = /^sbx_([a-z0-9]{12})_([A-Za-z0-9]{43})$/.exec(text)
  return match?.[1] && match[2] ? { publicId: match[1], secret: match[2] } : undefined
}

/**
 * The key that a request carries: `Authorization: Bearer <key>`, Basic with the key as password, or `x-api-key`.
 * Undefined when it carries none. Keys in URLs are not read: URLs end up in logs.
 */
export const keyOfRequest = (headers: Headers): string | undefined => {
  const authorization = headers.get('authorization')?.trim() ?? ''
  const [, scheme = '', credentials = ''] = /^(\S+)\s+(\S+)$/.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return credentials
  if (scheme.toLowerCase() === 'basic') {
    const text = Buffer.from(credentials, 'base64').toString('utf8')
    return text.slice(text.indexOf(':') + 1)
  }
  if (authorization !== '') return authorization
  return headers.get('x-api-key')?.trim() || undefined
}
