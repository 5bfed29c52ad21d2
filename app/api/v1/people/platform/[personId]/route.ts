import { platformSession } from '@/lib/auth/session'
import { defineRoute } from '@/lib/http/route'
import { changePlatformRole } from '@/lib/teams/commands/change-platform-role'
import { removePerson } from '@/lib/teams/commands/remove-person'
import { PersonParams, PlatformRoleChange, PlatformRoleView } from '@/lib/teams/schema'

export const PATCH = defineRoute({
  auth: platformSession,
  input: { params: PersonParams, body: PlatformRoleChange },
  output: PlatformRoleView,
  handler: (ctx, { params, body }) => changePlatformRole(ctx, { ...params, ...body }),
})

export const DELETE = defineRoute({
  auth: platformSession,
  input: { params: PersonParams },
  output: undefined,
  handler: (ctx, { params }) => removePerson(ctx, params),
})
