import 'server-only'
import { mutation } from '@/lib/core/mutation'
import { auditView } from '@/lib/core/personal'
import { invitationTeam, invitationView } from '../queries'
import { invitationState, requireOpen } from '../rules'
import { InvitationParams, InvitationView } from '../schema'
import { lockInvitation, saveInvitation } from '../store'

/** Withdraws an open invitation of the team acted in, or to the platform: its link works no more. */
export const revokeInvitation = mutation({
  permission: 'people:manage',
  input: InvitationParams,
  run: async (tx, ctx, { invitationId }) => {
    const row = await lockInvitation(tx, invitationTeam(ctx), invitationId)
    requireOpen(invitationState(row, ctx.now))
    const before = invitationView(row, ctx.now)
    const after = invitationView(await saveInvitation(tx, row.id, { revokedAt: ctx.now }), ctx.now)
    const audit = { before: auditView(before, InvitationView), after: auditView(after, InvitationView) }
    return { value: after, audit: [{ kind: 'invitation.revoke', subject: row.id, ...audit }] }
  },
})
