import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from '@/components/frame/page-input'
import { NoPermission } from '@/components/ui/no-permission'
import { PageHeader } from '@/components/ui/page-header'
import { makeQueryClient } from '@/lib/http/query-client'
import { paths } from '@/lib/paths'
import { teamOptions } from '@/lib/teams/hooks'
import { oneTeam } from '@/lib/teams/queries'
import { consoleSession } from '../../_parts/console-session'
import { TeamSettingsView } from './_parts/team-settings-view'

export const metadata: Metadata = { title: 'Team settings' }

export default async function TeamSettingsPage({ searchParams }: { searchParams: SearchParams }) {
  const { ctx } = await consoleSession(searchParams, (team) => paths.teamSettings({ team }))
  if (!ctx.permissions.has('team:manage')) {
    return (
      <>
        <PageHeader title="Team settings" />
        <NoPermission
          title="You may not change this team"
          who={`Leads of ${ctx.team.name} and platform administrators can.`}
        />
      </>
    )
  }
  const client = makeQueryClient()
  await client.prefetchQuery({ ...teamOptions({ team: ctx.team.slug }), queryFn: () => oneTeam(ctx) })
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <TeamSettingsView team={ctx.team.slug} />
    </HydrationBoundary>
  )
}
