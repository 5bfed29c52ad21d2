import type { SessionCtx } from '@/lib/auth/caller'
import { sessionSource, teamCtx } from '@/lib/auth/session-request'
import { type Authenticate, defineRoute } from '@/lib/http/route'
import { changeTeam } from '@/lib/teams/commands/change-team'
import { oneTeam } from '@/lib/teams/queries'
import { TeamParams, TeamSettings, TeamView } from '@/lib/teams/schema'

/** A signed-in person acting in the team that the path names by id or slug, whatever the header says. */
const sessionInPath: Authenticate<SessionCtx> = async (request, requestId) =>
  teamCtx({ ...sessionSource(request, requestId), team: lastSegment(request.url) })

/** As it stands in the URL: ids and slugs have nothing to decode. */
const lastSegment = (url: string): string => new URL(url).pathname.split('/').at(-1) ?? ''

export const GET = defineRoute({
  auth: sessionInPath,
  input: { params: TeamParams },
  output: TeamView,
  handler: (ctx) => oneTeam(ctx),
})

export const PATCH = defineRoute({
  auth: sessionInPath,
  input: { params: TeamParams, body: TeamSettings },
  output: TeamView,
  handler: (ctx, { body }) => changeTeam(ctx, body),
})
