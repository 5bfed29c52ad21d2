import 'server-only'
import type { Ctx } from '@/lib/core/context'
import type { Tx } from '@/lib/core/db'
import { DomainError } from '@/lib/core/errors'
import { newId } from '@/lib/core/ids'
import { mutation, type Written } from '@/lib/core/mutation'
import { auditView, personalView } from '@/lib/core/personal'
import { requirePlatform, requireTeam } from '@/lib/core/place'
import { invitationTeam, invitationView } from '../queries'
import { INVITATION_DAYS } from '../rules'
import { InvitationView, type NewInvitation, PlatformInvitation, TeamInvitation } from '../schema'
import { hasMember, insertInvitation } from '../store'
import { newInvitationToken, tokenSha256 } from '../token'

/** Invites an address to the team acted in. The token of the link is in the answer and nowhere else. */
export const invitePerson = mutation({
  permission: 'people:manage',
  input: TeamInvitation,
  run: async (tx, ctx, input) => {
    requireTeam(ctx)
    if (await hasMember(tx, ctx.teamId, input.email)) {
      throw new DomainError('conflict', 'This person is in the team already. Change their role in the list of people.')
    }
    return invite(tx, ctx, input)
  },
})

/** Invites an address to a platform role. */
export const inviteToPlatform = mutation({
  permission: 'platform:manage',
  input: PlatformInvitation,
  run: async (tx, ctx, input) => {
    requirePlatform(ctx)
    return invite(tx, ctx, input)
  },
})

const DAY_MS = 86_400_000

const invite = async (tx: Tx, ctx: Ctx, input: { email: string; role: string }): Promise<Written<NewInvitation>> => {
  const token = newInvitationToken()
  const row = await insertInvitation(tx, {
    id: newId('inv', ctx.now),
    teamId: invitationTeam(ctx),
    role: input.role,
    email: input.email,
    tokenSha256: tokenSha256(token),
    invitedBy: ctx.actor.id,
    expiresAt: new Date(ctx.now.getTime() + INVITATION_DAYS * DAY_MS),
    createdAt: ctx.now,
  })
  const invitation = invitationView(row, ctx.now)
  const note = {
    kind: 'invitation.create',
    subject: row.id,
    after: auditView(invitation, InvitationView),
    // Nobody has an id for this address yet: the invitation is the subject.
    personal: { subjectId: row.id, fields: personalView(invitation, InvitationView) },
  }
  return { value: { invitation, token }, audit: [note] }
}
