import { signOutEverywhere } from '@/lib/auth/commands'
import { SessionsEnded } from '@/lib/auth/schema'
import { platformSession } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'

/** Signs out everywhere: ends every sign-in of the caller, this one too. */
export const DELETE = defineRoute({
  auth: platformSession,
  output: SessionsEnded,
  handler: async (ctx) => ({ ended: await signOutEverywhere(ctx) }),
})
