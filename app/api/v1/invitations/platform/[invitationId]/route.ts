import { platformSession } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'
import { revokeInvitation } from '@/lib/teams/commands/revoke-invitation'
import { InvitationParams, InvitationView } from '@/lib/teams/schema'

export const DELETE = defineRoute({
  auth: platformSession,
  input: { params: InvitationParams },
  output: InvitationView,
  handler: (ctx, { params }) => revokeInvitation(ctx, params),
})
