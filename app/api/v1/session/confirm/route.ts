import { addressOf } from '@/lib/auth/attempts'
import { confirmPassword } from '@/lib/auth/commands'
import { PasswordConfirm } from '@/lib/auth/schema'
import { platformSession } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'

/** Step-up: the password again makes this sign-in fresh for 5 minutes. */
export const POST = defineRoute({
  auth: platformSession,
  input: { body: PasswordConfirm },
  output: undefined,
  handler: (ctx, { body }, request) => confirmPassword(ctx, { ...body, address: addressOf(request.headers) }),
})
