import type { Permission } from '@/lib/auth/permissions'
import { DomainError } from '@/lib/core/errors'
import { PRODUCTION } from './schema'

/**
 * Decisions about keys, shared with the console. Production keys are a right of their own: whoever holds one can send
 * and read what customers do.
 */

export type KeyTimes = { expiresAt: Date | null; revokedAt: Date | null }
export type KeyState = 'active' | 'expired' | 'revoked'

export const keyState = (key: KeyTimes, now: Date): KeyState => {
  if (key.revokedAt) return 'revoked'
  return key.expiresAt && key.expiresAt <= now ? 'expired' : 'active'
}

export const canManageKey = (permissions: ReadonlySet<Permission>, environment: string): boolean =>
  permissions.has('key:manage') && (environment !== PRODUCTION || permissions.has('key:manage-production'))

/** Throws `forbidden` unless the caller may make, rotate and revoke keys of the environment. */
export const requireKeyManager = (permissions: ReadonlySet<Permission>, environment: string): void => {
  if (canManageKey(permissions, environment)) return
  throw new DomainError(
    'forbidden',
    'Keys of the environment production are for team leads. Ask one, or choose another environment.',
  )
}

/** Throws `bad_request` for a key that would be dead when it is made. */
export const requireFuture = (expiresAt: Date | null, now: Date): void => {
  if (!expiresAt || expiresAt > now) return
  throw new DomainError('bad_request', 'expiresAt: choose a time in the future.', {
    details: [{ path: 'expiresAt', message: 'Choose a time in the future.' }],
  })
}

/**
 * When the old key stops after a rotation: `overlapSec` from now, never later than it would have stopped anyway.
 * Throws `conflict` for a key that works no more or has a successor already.
 */
export const rotationEnd = (key: KeyTimes & { successor: string | null }, overlapSec: number, now: Date): Date => {
  const state = keyState(key, now)
  if (state !== 'active') throw new DomainError('conflict', `This key is ${state}. Create a new one instead.`)
  if (key.successor) {
    throw new DomainError('conflict', `This key was rotated already. Rotate or revoke its successor ${key.successor}.`)
  }
  const end = new Date(now.getTime() + overlapSec * 1000)
  return key.expiresAt && key.expiresAt < end ? key.expiresAt : end
}
