import 'server-only'
import { z } from 'zod'
import type { SessionCtx } from '@/lib/auth/caller'
import { hashPassword } from '@/lib/auth/password'
import { endSessionsOf, notifySessionsChanged } from '@/lib/auth/revocation'
import { type Actor, PLATFORM } from '@/lib/core/context'
import type { Tx } from '@/lib/core/db'
import { DomainError } from '@/lib/core/errors'
import { newId } from '@/lib/core/ids'
import { mutation, parseInput } from '@/lib/core/mutation'
import { openInvitation } from '../queries'
import { invitationState, losesAdmin, requireAnotherAdmin, requireOpen } from '../rules'
import {
  type Accepted,
  InvitationAcceptance,
  InvitationToken,
  PersonName,
  PlatformRoleName,
  TeamRoleName,
} from '../schema'
import {
  insertMember,
  insertPerson,
  lockInvitationByToken,
  lockPerson,
  lockPersonByEmail,
  lockPlatformAdmins,
  saveInvitation,
  savePlatformRole,
  saveReturned,
} from '../store'

/** Who holds the link: a signed-in person, or somebody nobody knows yet. */
export type Holder = { session: SessionCtx | null; now: Date; requestId: string }

/**
 * Accepts an invitation, once. A person with an account must be signed in with the invited address; a new one sends
 * name and password. Throws `not_found` (unknown token), `conflict` (used, withdrawn, expired, other account),
 * `unauthenticated` (has an account, not signed in), `bad_request` (name or password missing).
 */
export const acceptInvitation = async (
  holder: Holder,
  input: z.input<typeof InvitationAcceptance>,
): Promise<Accepted> => {
  const { token, name, password } = parseInput(InvitationAcceptance, input)
  const invitation = await openInvitation(token, holder.now)
  const joining = invitation.person
    ? { personId: requireInvited(holder.session, invitation.person.id) }
    : { newPerson: await signUp(name, password) }
  // The link carries the right of whoever made it; the act is the holder's, or the invitation's for somebody new.
  const actor: Actor =
    invitation.person && holder.session ? holder.session.actor : { type: 'system', id: invitation.id }
  const ctx = {
    teamId: invitation.teamId ?? PLATFORM,
    actor,
    permissions: new Set(['people:manage'] as const),
    now: holder.now,
    requestId: holder.requestId,
  }
  return join(ctx, { token, ...joining })
}

const requireInvited = (session: SessionCtx | null, personId: string): string => {
  if (!session) {
    throw new DomainError('unauthenticated', 'This address has an account. Sign in with it, then open the link again.')
  }
  if (session.actor.id !== personId) {
    throw new DomainError(
      'conflict',
      'This invitation is for another account. Sign out, sign in with the invited one, then open the link again.',
    )
  }
  return personId
}

/** The costly part stands outside the transaction: hashing takes longer than everything else together. */
const signUp = async (name: string | undefined, password: string | undefined) => {
  const details = [
    ...(name === undefined ? [{ path: 'name', message: 'Write your name.' }] : []),
    ...(password === undefined ? [{ path: 'password', message: 'Choose a password.' }] : []),
  ]
  if (name === undefined || password === undefined) {
    throw new DomainError('bad_request', 'Send name and password to make your account.', { details })
  }
  return { name, passwordHash: await hashPassword(password) }
}

const Joining = z.object({
  token: InvitationToken,
  personId: z.string().optional(),
  newPerson: z.object({ name: PersonName, passwordHash: z.string() }).optional(),
})

const join = mutation({
  permission: 'people:manage',
  input: Joining,
  run: async (tx, ctx, input) => {
    const invitation = await lockInvitationByToken(tx, input.token)
    requireOpen(invitationState(invitation, ctx.now))
    const adminIds = invitation.teamId === null ? await lockPlatformAdmins(tx) : []
    const person = input.newPerson
      ? await addPerson(tx, invitation.email, input.newPerson, ctx.now)
      : { id: input.personId ?? '', added: undefined }
    if (invitation.teamId === null) await givePlatformRole(tx, person.id, invitation.role, adminIds, ctx.now)
    else await giveMembership(tx, invitation.teamId, person.id, invitation.role, ctx.now)
    await saveInvitation(tx, invitation.id, { acceptedAt: ctx.now })
    const after = { invitationId: invitation.id, role: invitation.role, newPerson: person.added !== undefined }
    const personal = person.added ? { personal: { subjectId: person.id, fields: person.added } } : {}
    return {
      value: { personId: person.id, teamId: invitation.teamId, role: invitation.role },
      audit: [{ kind: 'invitation.accept', subject: person.id, after, ...personal }],
    }
  },
})

/** A new account, or the old one of somebody who was removed. */
const addPerson = async (tx: Tx, email: string, fresh: { name: string; passwordHash: string }, now: Date) => {
  const before = await lockPersonByEmail(tx, email)
  const id = before?.id ?? newId('usr', now)
  if (before?.removedAt) await saveReturned(tx, id, fresh)
  else if (before || !(await insertPerson(tx, { id, email, ...fresh, now }))) {
    throw new DomainError(
      'conflict',
      'This address has got an account just now. Sign in with it, then open the link again.',
    )
  }
  return { id, added: { name: fresh.name, email } }
}

const giveMembership = async (tx: Tx, teamId: string, personId: string, role: string, now: Date): Promise<void> => {
  if (!(await insertMember(tx, { teamId, personId, role: TeamRoleName.parse(role), now }))) {
    throw new DomainError('conflict', 'You are in this team already. A lead of the team can change your role.')
  }
  await notifySessionsChanged(tx, personId)
}

const givePlatformRole = async (tx: Tx, personId: string, role: string, adminIds: readonly string[], now: Date) => {
  const before = await lockPerson(tx, personId)
  const platformRole = PlatformRoleName.parse(role)
  if (losesAdmin(before.platformRole, platformRole)) requireAnotherAdmin(adminIds, personId)
  await savePlatformRole(tx, personId, platformRole)
  if (before.platformRole !== platformRole) await endSessionsOf(tx, personId, 'role_change', now)
}
