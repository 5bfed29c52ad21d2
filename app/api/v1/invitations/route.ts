import { session } from '@/lib/auth/session'
import { PageQuery } from '@/lib/core/page'
import { defineRoute } from '@/lib/http/route'
import { invitePerson } from '@/lib/teams/commands/invite-person'
import { invitationPage } from '@/lib/teams/queries'
import { InvitationPage, NewInvitation, TeamInvitation } from '@/lib/teams/schema'

export const GET = defineRoute({
  auth: session,
  input: { query: PageQuery },
  output: InvitationPage,
  handler: (ctx, { query }) => invitationPage(ctx, query),
})

export const POST = defineRoute({
  auth: session,
  input: { body: TeamInvitation },
  output: NewInvitation,
  status: 201,
  handler: (ctx, { body }) => invitePerson(ctx, body),
})
