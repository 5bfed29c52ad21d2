import { platformSession } from '@/lib/auth/session'
import { systemClock } from '@/lib/core/clock'
import { DomainError } from '@/lib/core/errors'
import { type Authenticate, defineRoute } from '@/lib/http/route'
import { acceptInvitation, type Holder } from '@/lib/teams/commands/accept-invitation'
import { Accepted, InvitationAcceptance } from '@/lib/teams/schema'

/** Whoever holds the link: signed in or not. Without a cookie there is no sign-in that another site could misuse. */
const holder: Authenticate<Holder> = async (request, requestId) => ({
  session: request.headers.has('cookie') ? await platformSession(request, requestId).catch(nobody) : null,
  now: systemClock(),
  requestId,
})

const nobody = (error: unknown): null => {
  if (error instanceof DomainError && error.code === 'unauthenticated') return null
  throw error
}

export const POST = defineRoute({
  auth: holder,
  input: { body: InvitationAcceptance },
  output: Accepted,
  handler: (ctx, { body }) => acceptInvitation(ctx, body),
})
