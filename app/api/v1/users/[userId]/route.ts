import { session } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'
import { eraseUser } from '@/lib/interactions/commands'
import { Erased, UserParams } from '@/lib/interactions/schema'

export const DELETE = defineRoute({
  auth: session,
  input: { params: UserParams },
  output: Erased,
  handler: (ctx, { params }) => eraseUser(ctx, params),
})
