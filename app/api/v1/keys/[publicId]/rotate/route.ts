import { rotateKey } from '@/lib/agents/commands/rotate-key'
import { KeyParams, KeyRotate, NewKey } from '@/lib/agents/schema'
import { session } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'

export const POST = defineRoute({
  auth: session,
  input: { params: KeyParams, body: KeyRotate },
  output: NewKey,
  status: 201,
  handler: (ctx, { params, body }) => rotateKey(ctx, { ...params, ...body }),
})
