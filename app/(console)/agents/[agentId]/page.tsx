import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import type { SearchParams } from '@/components/frame/page-input'
import { agentOptions, keysOptions } from '@/lib/agents/hooks'
import { keyPage, oneAgent } from '@/lib/agents/queries'
import { DomainError } from '@/lib/core/errors'
import { makeQueryClient } from '@/lib/http/query-client'
import { paths } from '@/lib/paths'
import { consoleSession } from '../../_parts/console-session'
import { keyRightsOf } from '../../_parts/key-rights'
import { AgentDetail } from './_parts/agent-detail'

export const metadata: Metadata = { title: 'Agent' }

export default async function AgentPage({
  params,
  searchParams,
}: {
  params: Promise<{ agentId: string }>
  searchParams: SearchParams
}) {
  const { agentId } = await params
  const { ctx } = await consoleSession(searchParams, (team) => paths.agent({ team, agentId }))
  const rights = keyRightsOf(ctx.permissions)
  const agent = await oneAgent(ctx, agentId).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'not_found') notFound()
    throw error
  })
  const client = makeQueryClient()
  client.setQueryData(agentOptions({ team: ctx.team.slug, agentId }).queryKey, agent)
  if (rights.see) {
    await client.prefetchQuery({
      ...keysOptions({ team: ctx.team.slug, agentId, limit: 200 }),
      queryFn: () => keyPage(ctx, { agentId, limit: 200 }),
    })
  }
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <AgentDetail
        team={ctx.team}
        agentId={agentId}
        rights={rights}
        canChange={ctx.permissions.has('agent:manage')}
        now={ctx.now.toISOString()}
      />
    </HydrationBoundary>
  )
}
