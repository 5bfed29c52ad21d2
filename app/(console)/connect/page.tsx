import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import { ConnectView } from '@/components/connect/connect-view'
import { oneOf, type SearchParams } from '@/components/frame/page-input'
import { keysOptions } from '@/lib/agents/hooks'
import { keyPage } from '@/lib/agents/queries'
import { makeQueryClient } from '@/lib/http/query-client'
import { paths } from '@/lib/paths'
import { sourcesOptions } from '@/lib/sources/hooks'
import { sourcePage } from '@/lib/sources/queries'
import { SourcesQuery } from '@/lib/sources/schema'
import { consoleSession } from '../_parts/console-session'
import { keyRightsOf } from '../_parts/key-rights'
import { originOf } from '../_parts/origin'

export const metadata: Metadata = { title: 'Connect' }

export default async function ConnectPage({ searchParams }: { searchParams: SearchParams }) {
  const asked = await searchParams
  const { ctx, params } = await consoleSession(searchParams, (team) =>
    paths.connect({ team, framework: oneOf(asked.framework), key: oneOf(asked.key) }),
  )
  const rights = keyRightsOf(ctx.permissions)
  const client = makeQueryClient()
  const keys = rights.see ? await keyPage(ctx, { limit: 200 }) : undefined
  if (keys) client.setQueryData(keysOptions({ team: ctx.team.slug, limit: 200 }).queryKey, keys)
  // Only a key of this team is listened to alone; any other text in the URL means all of them.
  const keyId = keys?.items.find(({ publicId }) => publicId === params.key)?.publicId
  await client.prefetchQuery({
    ...sourcesOptions({ team: ctx.team.slug, keyId, everyMs: null }),
    queryFn: () => sourcePage(ctx, SourcesQuery.parse({ keyId })),
  })
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <ConnectView
        key={ctx.team.id}
        team={ctx.team}
        rights={rights}
        origin={await originOf()}
        now={ctx.now.toISOString()}
      />
    </HydrationBoundary>
  )
}
