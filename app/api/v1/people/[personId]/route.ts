import { session } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'
import { changeMember } from '@/lib/teams/commands/change-member'
import { removeMember } from '@/lib/teams/commands/remove-member'
import { MemberChange, MemberView, PersonParams } from '@/lib/teams/schema'

export const PATCH = defineRoute({
  auth: session,
  input: { params: PersonParams, body: MemberChange },
  output: MemberView,
  handler: (ctx, { params, body }) => changeMember(ctx, { ...params, ...body }),
})

export const DELETE = defineRoute({
  auth: session,
  input: { params: PersonParams },
  output: undefined,
  handler: (ctx, { params }) => removeMember(ctx, params),
})
