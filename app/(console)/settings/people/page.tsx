import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from '@/components/frame/page-input'
import { InvitationSection } from '@/components/people/invitation-section'
import { NoPermission } from '@/components/ui/no-permission'
import { PageHeader } from '@/components/ui/page-header'
import { makeQueryClient } from '@/lib/http/query-client'
import { paths } from '@/lib/paths'
import { invitationsOptions, membersOptions } from '@/lib/teams/hooks'
import { invitationPage, memberPage } from '@/lib/teams/queries'
import { consoleSession } from '../../_parts/console-session'
import { MemberList } from './_parts/member-list'

export const metadata: Metadata = { title: 'People' }

export default async function PeoplePage({ searchParams }: { searchParams: SearchParams }) {
  const { ctx, params } = await consoleSession(searchParams, (team) => paths.people({ team }))
  if (!ctx.permissions.has('people:read')) {
    return (
      <>
        <PageHeader title="People" />
        <NoPermission
          title="You may not see the people of this team"
          who={`Leads, reviewers and engineers of ${ctx.team.name} can. Ask whoever invited you for another role.`}
        />
      </>
    )
  }
  const canManage = ctx.permissions.has('people:manage')
  const client = makeQueryClient()
  const at = { team: ctx.team.slug, cursor: params.cursor }
  await Promise.all([
    client.prefetchQuery({
      ...membersOptions(at),
      queryFn: () => memberPage(ctx, { cursor: at.cursor, limit: 50 }),
    }),
    canManage
      ? client.prefetchQuery({
          ...invitationsOptions({ team: ctx.team.slug }),
          queryFn: () => invitationPage(ctx, { limit: 50 }),
        })
      : null,
  ])
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <MemberList
        team={ctx.team}
        cursor={params.cursor}
        now={ctx.now.toISOString()}
        canManage={canManage}
        me={ctx.person.id}
      />
      {canManage ? <InvitationSection team={ctx.team} now={ctx.now.toISOString()} /> : null}
    </HydrationBoundary>
  )
}
