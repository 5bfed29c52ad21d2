import { platformSession } from '@/lib/auth/session'
import { PageQuery } from '@/lib/core/page'
import { defineRoute } from '@/lib/http/route'
import { createTeam } from '@/lib/teams/commands/create-team'
import { teamPage } from '@/lib/teams/queries'
import { TeamCreate, TeamPage, TeamView } from '@/lib/teams/schema'

export const GET = defineRoute({
  auth: platformSession,
  input: { query: PageQuery },
  output: TeamPage,
  handler: (ctx, { query }) => teamPage(ctx, query),
})

export const POST = defineRoute({
  auth: platformSession,
  input: { body: TeamCreate },
  output: TeamView,
  status: 201,
  handler: (ctx, { body }) => createTeam(ctx, body),
})
