import 'server-only'
import { limited } from '@/lib/auth/attempts'
import type { SessionCtx } from '@/lib/auth/caller'
import { hashPassword, verifyPassword } from '@/lib/auth/password'
import { credentialsOf } from '@/lib/auth/queries'
import { endSessionsOf, notifySessionsChanged } from '@/lib/auth/revocation'
import { SESSION_MAX_MS } from '@/lib/auth/rules'
import * as store from '@/lib/auth/store'
import { appendAudit } from '@/lib/core/audit-log'
import { PLATFORM, type Ctx } from '@/lib/core/context'
import { DomainError } from '@/lib/core/errors'
import { newId } from '@/lib/core/ids'

// Acts of people on their own sign-ins need no permission, so they are not built with mutation(); like it, each is one
// transaction with its audit entry, in the log above teams.

export type Login = { personId: string; sessionId: string; authTime: Date }

/** Signs in with e-mail and password; undefined when they do not fit. Throws `rate_limited`. */
export const signIn = async (
  input: { email: string; password: string; address: string },
  now: Date,
): Promise<Login | undefined> => {
  const email = input.email.trim().toLowerCase()
  return limited({ subject: email, address: input.address, now }, async () => {
    const person = await credentialsOf(email)
    const isRight = await verifyPassword(input.password, person?.passwordHash ?? null)
    return person && isRight ? startSession(person.id, now) : undefined
  })
}

/** Adds a sign-in for a person who has proven who they are (password, invitation). */
export const startSession = async (personId: string, now: Date): Promise<Login> => {
  const id = newId('ses', now)
  await store.inTransaction(async (tx) => {
    await store.insertSession(tx, { id, personId, now, expiresAt: new Date(now.getTime() + SESSION_MAX_MS) })
    await appendAudit(tx, selfCtx(personId, id, now), [{ kind: 'session.start', subject: id }])
  })
  return { personId, sessionId: id, authTime: now }
}

/** Ends one sign-in, on every process. Nothing happens when it had ended already. */
export const signOut = (login: { personId: string; sessionId: string }, now: Date): Promise<void> =>
  store.inTransaction(async (tx) => {
    if (!(await store.endSession(tx, login.sessionId, 'signed out', now))) return
    await notifySessionsChanged(tx, login.personId)
    const ctx = selfCtx(login.personId, login.sessionId, now)
    await appendAudit(tx, ctx, [{ kind: 'session.end', subject: login.sessionId, after: { by: 'signed out' } }])
  })

/** Ends every sign-in of the caller, this one too; returns how many. */
export const signOutEverywhere = (ctx: SessionCtx): Promise<number> =>
  store.inTransaction(async (tx) => {
    const ended = await endSessionsOf(tx, ctx.person.id, 'signed out everywhere', ctx.now)
    await appendAudit(tx, { ...ctx, teamId: PLATFORM }, [
      { kind: 'session.end-all', subject: ctx.person.id, after: { ended } },
    ])
    return ended
  })

/** Changes the caller's password and ends their other sign-ins. Throws `forbidden` when the current one is wrong. */
export const changePassword = async (
  ctx: SessionCtx,
  input: { currentPassword: string; newPassword: string; address: string },
): Promise<number> => {
  await provePassword(ctx, input.currentPassword, input.address)
  const passwordHash = await hashPassword(input.newPassword)
  return store.inTransaction(async (tx) => {
    await store.setPasswordHash(tx, ctx.person.id, passwordHash)
    const ended = await endSessionsOf(tx, ctx.person.id, 'password changed', ctx.now, ctx.actor.sessionId)
    await appendAudit(tx, { ...ctx, teamId: PLATFORM }, [
      { kind: 'person.change-password', subject: ctx.person.id, after: { ended } },
    ])
    return ended
  })
}

/** Step-up: the password again makes this sign-in fresh for 5 minutes. Throws `forbidden` when it is wrong. */
export const confirmPassword = async (ctx: SessionCtx, input: { password: string; address: string }): Promise<void> => {
  await provePassword(ctx, input.password, input.address)
  await store.inTransaction(async (tx) => {
    await store.renewAuthTime(tx, ctx.actor.sessionId, ctx.now)
    await notifySessionsChanged(tx, ctx.person.id)
    await appendAudit(tx, { ...ctx, teamId: PLATFORM }, [{ kind: 'session.confirm', subject: ctx.actor.sessionId }])
  })
}

const provePassword = async (ctx: SessionCtx, password: string, address: string): Promise<void> => {
  const isRight = await limited({ subject: ctx.person.email, address, now: ctx.now }, async () => {
    const person = await credentialsOf(ctx.person.email)
    return (await verifyPassword(password, person?.passwordHash ?? null)) || undefined
  })
  if (!isRight) throw new DomainError('forbidden', 'The current password is not right.')
}

const selfCtx = (personId: string, sessionId: string, now: Date): Ctx => ({
  teamId: PLATFORM,
  actor: { type: 'person', id: personId, sessionId, authTime: now },
  permissions: new Set(),
  now,
  requestId: newId('req', now),
})
