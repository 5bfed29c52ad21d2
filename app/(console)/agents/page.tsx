import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from '@/components/frame/page-input'
import { KeySection } from '@/components/agents/key-section'
import { agentsOptions, keysOptions } from '@/lib/agents/hooks'
import { agentPage, keyPage } from '@/lib/agents/queries'
import { makeQueryClient } from '@/lib/http/query-client'
import { paths } from '@/lib/paths'
import { consoleSession } from '../_parts/console-session'
import { keyRightsOf } from '../_parts/key-rights'
import { AgentList } from './_parts/agent-list'

export const metadata: Metadata = { title: 'Agents' }

export default async function AgentsPage({ searchParams }: { searchParams: SearchParams }) {
  const { ctx, params } = await consoleSession(searchParams, (team) => paths.agents({ team }))
  const at = { team: ctx.team.slug, cursor: params.cursor }
  const client = makeQueryClient()
  const rights = keyRightsOf(ctx.permissions)
  await Promise.all([
    client.prefetchQuery({
      ...agentsOptions(at),
      queryFn: () => agentPage(ctx, { cursor: at.cursor, limit: 50 }),
    }),
    rights.see
      ? client.prefetchQuery({
          ...keysOptions({ team: ctx.team.slug, limit: 200 }),
          queryFn: () => keyPage(ctx, { limit: 200 }),
        })
      : null,
  ])
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <AgentList
        team={ctx.team}
        cursor={params.cursor}
        now={ctx.now.toISOString()}
        canCreate={ctx.permissions.has('agent:manage')}
      />
      <KeySection team={ctx.team} rights={rights} now={ctx.now.toISOString()} />
    </HydrationBoundary>
  )
}
