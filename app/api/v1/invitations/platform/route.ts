import { platformSession } from '@/lib/auth/session'
import { PageQuery } from '@/lib/core/page'
import { defineRoute } from '@/lib/http/route'
import { inviteToPlatform } from '@/lib/teams/commands/invite-person'
import { invitationPage } from '@/lib/teams/queries'
import { InvitationPage, NewInvitation, PlatformInvitation } from '@/lib/teams/schema'

export const GET = defineRoute({
  auth: platformSession,
  input: { query: PageQuery },
  output: InvitationPage,
  handler: (ctx, { query }) => invitationPage(ctx, query),
})

export const POST = defineRoute({
  auth: platformSession,
  input: { body: PlatformInvitation },
  output: NewInvitation,
  status: 201,
  handler: (ctx, { body }) => inviteToPlatform(ctx, body),
})
