import { dehydrate, HydrationBoundary } from '@tanstack/react-query'
import type { Metadata } from 'next'
import type { SearchParams } from '@/components/frame/page-input'
import { parseRange } from '@/lib/charts/range'
import { makeQueryClient } from '@/lib/http/query-client'
import { metricsOptions } from '@/lib/metrics/hooks'
import { metrics } from '@/lib/metrics/queries'
import { MetricsQuery } from '@/lib/metrics/schema'
import { paths } from '@/lib/paths'
import { consoleSession } from '../_parts/console-session'
import { originOf } from '../_parts/origin'
import { releaseFilters } from './_parts/release-filters'
import { ReleaseView } from './_parts/release-view'

export const metadata: Metadata = { title: 'Releases' }

export default async function ReleasesPage({ searchParams }: { searchParams: SearchParams }) {
  const { ctx, params } = await consoleSession(searchParams, (team) => paths.releases({ team }))
  const range = parseRange(params)
  const filters = releaseFilters(range, ctx.now)
  const client = makeQueryClient()
  await client.prefetchQuery({
    ...metricsOptions({ team: ctx.team.slug, ...filters }),
    queryFn: () => metrics(ctx, [ctx.team], MetricsQuery.parse(filters)),
  })
  return (
    <HydrationBoundary state={dehydrate(client)}>
      <ReleaseView
        team={ctx.team}
        range={range}
        now={ctx.now.toISOString()}
        origin={await originOf()}
        canMakeKeys={ctx.permissions.has('key:manage')}
      />
    </HydrationBoundary>
  )
}
