import { signOut } from '@/lib/auth/commands'
import { SessionView } from '@/lib/auth/schema'
import { anySession, platformSession } from '@/lib/auth/session'
import { clearedSessionCookie } from '@/lib/auth/session-cookie'
import { defineRawRoute, defineRoute } from '@/lib/http/route'

/** Who is signed in, the team acted in and what they may do there. */
export const GET = defineRoute({
  auth: anySession,
  output: SessionView,
  handler: async (ctx) => ({
    person: ctx.person,
    team: ctx.team,
    role: ctx.role,
    memberships: ctx.memberships,
    permissions: [...ctx.permissions],
    authTime: ctx.actor.authTime.toISOString(),
  }),
})

/** Signs out: ends this sign-in on every process and takes the cookie away. */
export const DELETE = defineRawRoute({
  auth: platformSession,
  handler: async (ctx) => {
    await signOut({ personId: ctx.person.id, sessionId: ctx.actor.sessionId }, ctx.now)
    return new Response(null, { status: 204, headers: { 'set-cookie': clearedSessionCookie() } })
  },
})
