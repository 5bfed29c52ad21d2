import { addressOf } from '@/lib/auth/attempts'
import { changePassword } from '@/lib/auth/commands'
import { PasswordChange, SessionsEnded } from '@/lib/auth/schema'
import { platformSession } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'

/** Changes one's own password; every other sign-in of the person ends. */
export const POST = defineRoute({
  auth: platformSession,
  input: { body: PasswordChange },
  output: SessionsEnded,
  handler: async (ctx, { body }, request) => ({
    ended: await changePassword(ctx, { ...body, address: addressOf(request.headers) }),
  }),
})
