import { anyone, defineRoute } from '@/lib/http/route'
import { invitationPreview } from '@/lib/teams/queries'
import { InvitationPreview, InvitationPreviewBody } from '@/lib/teams/schema'

/** A read, but by POST: the token is a secret, and URLs end up in logs. */
export const POST = defineRoute({
  auth: anyone,
  input: { body: InvitationPreviewBody },
  output: InvitationPreview,
  handler: (ctx, { body }) => invitationPreview(body.token, ctx.now),
})
