'use client'
import { useQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import { Button } from '@/components/ui/button'
import { ButtonLink } from '@/components/ui/button-link'
import { EmptyState } from '@/components/ui/empty-state'
import { Icon } from '@/components/ui/icon'
import { PageHeader } from '@/components/ui/page-header'
import { QueryState } from '@/components/ui/query-state'
import { Section } from '@/components/ui/section'
import { counted, iso8601Clock } from '@/lib/charts/format'
import { rangeName, type Range } from '@/lib/charts/range'
import { metricsOptions } from '@/lib/metrics/hooks'
import { paths } from '@/lib/paths'
import { FirstRun } from './first-run'
import { releaseFilters } from './release-filters'
import { inReadingOrder, SHOWN_MAX } from './release-order'
import { ReleaseStrip } from './release-strip'
import { ReleaseTable } from './release-table'
import { releaseVerdict } from './verdict'

type Team = { slug: string; name: string }

/** What did each resolved case cost, by release: verdict, totals, rows. */
export const ReleaseView = ({
  team,
  range,
  now,
  origin,
  canMakeKeys,
}: {
  team: Team
  range: Range
  now: string
  origin: string
  canMakeKeys: boolean
}) => {
  const query = useQuery(metricsOptions({ team: team.slug, ...releaseFilters(range, new Date(now)) }))
  const answer = query.data
  return (
    <>
      <PageHeader
        title="Releases"
        verdict={answer ? releaseVerdict(answer.rows, { ...answer.totals, keys: {} }) : undefined}
        aside={
          <>
            {answer ? <span>Data to {iso8601Clock(new Date(answer.asOf))} UTC</span> : null}
            <Button
              size="small"
              aria-label="Read the figures again"
              busy={query.isFetching}
              onClick={() => void query.refetch()}
            >
              <Icon of={RefreshCw} className="text-ink2" />
            </Button>
          </>
        }
      />
      <QueryState query={query} what="figures">
        {({ rows, totals }) => {
          if (rows.length === 0)
            return <Nothing team={team} range={range} now={now} origin={origin} canMakeKeys={canMakeKeys} />
          const figures = { ...totals, keys: {} }
          const ordered = inReadingOrder(rows)
          return (
            <>
              <ReleaseStrip totals={figures} />
              <Section
                title="By release"
                note={`${ordered.length > SHOWN_MAX ? `the ${SHOWN_MAX} dearest of ` : ''}${counted(ordered.length, 'row')}, dearest first; a rate stands over the counts it is made of`}
              >
                <ReleaseTable rows={ordered.slice(0, SHOWN_MAX)} totals={figures} dim={query.isPlaceholderData} />
              </Section>
            </>
          )
        }}
      </QueryState>
    </>
  )
}

/** Nothing in this range: either there is something in another one, or nothing was ever sent. */
const Nothing = (props: { team: Team; range: Range; now: string; origin: string; canMakeKeys: boolean }) => {
  const { team, range } = props
  const isAll = 'preset' in range && range.preset === 'all'
  const ever = useQuery({
    ...metricsOptions({ team: team.slug, ...releaseFilters({ preset: 'all' }, new Date(props.now)) }),
    enabled: !isAll,
  })
  if (!isAll && ever.data !== undefined && ever.data.rows.length > 0) {
    return (
      <EmptyState
        title={`Nothing in this range: ${rangeName(range).toLowerCase()}`}
        why={`${counted(ever.data.totals.interactions, 'interaction')} of ${team.name} started at other times.`}
        next={
          <ButtonLink href={paths.releases({ team: team.slug, range: { preset: 'all' } })}>Show all time</ButtonLink>
        }
      />
    )
  }
  return <FirstRun team={team} now={props.now} origin={props.origin} canMakeKeys={props.canMakeKeys} />
}
