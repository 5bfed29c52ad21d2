import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from '@/components/frame/page-input'
import { InvitationSection } from '@/components/people/invitation-section'
import { NoPermission } from '@/components/ui/no-permission'
import { PageHeader } from '@/components/ui/page-header'
import { permissionsOf } from '@/lib/auth/permissions'
import { PLATFORM } from '@/lib/core/context'
import { makeQueryClient } from '@/lib/http/query-client'
import { paths } from '@/lib/paths'
import { invitationsOptions, peopleOptions, teamsOptions } from '@/lib/teams/hooks'
import { invitationPage, personPage, teamPage } from '@/lib/teams/queries'
import { consoleSession } from '../../_parts/console-session'
import { PlatformPeople } from './_parts/platform-people'
import { TeamList } from './_parts/team-list'

export const metadata: Metadata = { title: 'Teams' }

export default async function TeamsPage({ searchParams }: { searchParams: SearchParams }) {
  const { ctx, params } = await consoleSession(searchParams, (team) => paths.teams({ team }))
  const platform = permissionsOf({ platform: ctx.person.platformRole ?? undefined })
  if (!platform.has('team:read')) {
    return (
      <>
        <PageHeader title="Teams" />
        <NoPermission
          title="You may not see every team"
          who="Platform administrators and auditors can. Your own teams are in the switcher at the top."
        />
      </>
    )
  }
  const client = makeQueryClient()
  const above = { ...ctx, teamId: PLATFORM, permissions: platform }
  const now = ctx.now.toISOString()
  const canManage = platform.has('platform:manage')
  await Promise.all([
    client.prefetchQuery({
      ...teamsOptions({ cursor: params.cursor }),
      queryFn: () => teamPage(above, { cursor: params.cursor, limit: 50 }),
    }),
    client.prefetchQuery({ ...peopleOptions(), queryFn: () => personPage(above, { limit: 50 }) }),
    canManage
      ? client.prefetchQuery({ ...invitationsOptions({}), queryFn: () => invitationPage(above, { limit: 50 }) })
      : null,
  ])
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <TeamList team={ctx.team.slug} cursor={params.cursor} now={now} canCreate={canManage} />
      <PlatformPeople now={now} canManage={canManage} />
      {canManage ? <InvitationSection now={now} /> : null}
    </HydrationBoundary>
  )
}
