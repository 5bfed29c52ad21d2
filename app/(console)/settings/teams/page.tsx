import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from '@/components/frame/page-input'
import { NoPermission } from '@/components/ui/no-permission'
import { PageHeader } from '@/components/ui/page-header'
import { permissionsOf } from '@/lib/auth/permissions'
import { PLATFORM } from '@/lib/core/context'
import { makeQueryClient } from '@/lib/http/query-client'
import { paths } from '@/lib/paths'
import { teamsOptions } from '@/lib/teams/hooks'
import { teamPage } from '@/lib/teams/queries'
import { consoleSession } from '../../_parts/console-session'
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
  await client.prefetchQuery({
    ...teamsOptions({ cursor: params.cursor }),
    queryFn: () => teamPage({ ...ctx, teamId: PLATFORM, permissions: platform }, { cursor: params.cursor, limit: 50 }),
  })
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <TeamList
        team={ctx.team.slug}
        cursor={params.cursor}
        now={ctx.now.toISOString()}
        canCreate={platform.has('platform:manage')}
      />
    </HydrationBoundary>
  )
}
