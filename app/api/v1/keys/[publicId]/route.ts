import { revokeKey } from '@/lib/agents/commands/revoke-key'
import { KeyParams, KeyView } from '@/lib/agents/schema'
import { session } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'

export const DELETE = defineRoute({
  auth: session,
  input: { params: KeyParams },
  output: KeyView,
  handler: (ctx, { params }) => revokeKey(ctx, params),
})
