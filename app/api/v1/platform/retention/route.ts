import { platformSession } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'
import { setRetention } from '@/lib/retention/commands'
import { retention } from '@/lib/retention/queries'
import { Retention } from '@/lib/retention/schema'

export const GET = defineRoute({
  auth: platformSession,
  output: Retention,
  handler: (ctx) => retention(ctx),
})

export const PUT = defineRoute({
  auth: platformSession,
  input: { body: Retention },
  output: Retention,
  handler: (ctx, { body }) => setRetention(ctx, body),
})
